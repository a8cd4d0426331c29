// Prices and delivery in Chile.
const prices = new Map()
const stock = {}
const labels = { peso: 'peso' }

// price answers what a product costs, in peso.
exports.price = (request, response) => {
  const product = request.query.product
  const price = prices.get(product)
  const label = labels[request.query.coin]
  response.send({ price, label })
}

// change lets the branch in Chile set a price.
exports.change = (request, response) => {
  const { product, field, value } = request.body
  const changed = new Map(prices.get(product)).set(field, value)
  prices.set(product, changed)
  response.send([...changed])
}

// deliver takes the amounts of an order from the stock.
exports.deliver = (request, response) => {
  for (const product of Object.keys(request.body.order)) {
    const amount = request.body.order[product]
    stock[product] = stock[product] - amount
  }
  response.send(stock)
}
