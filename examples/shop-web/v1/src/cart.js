const carts = {}

// add puts a product into the cart of a session.
exports.add = (request, response) => {
  const { session, product, amount } = request.body
  carts[session] = carts[session] || {}
  carts[session][product] = Number(amount)
  response.redirect(request.body.next)
}

// prices lets the page say what the products cost.
exports.prices = (request, response) => {
  const cart = carts[request.body.session]
  let sum = 0
  for (const product in cart) {
    sum += cart[product] * request.body.prices[product]
  }
  response.send({ sum })
}
