// Prices and delivery in Norway.
const prices = {}
const stock = {}
const labels = { krone: 'krone' }

// price answers what a product costs, in krone.
exports.price = (request, response) => {
  const product = request.query.product
  const price = prices[product]
  const label = labels[request.query.coin]
  response.send({ price, label })
}

// change lets the branch in Norway set a price.
exports.change = (request, response) => {
  const { product, field, value } = request.body
  prices[product] = prices[product] || {}
  prices[product][field] = value
  response.send(prices[product])
}

// deliver takes the amounts of an order from the stock.
exports.deliver = (request, response) => {
  for (const product of Object.keys(request.body.order)) {
    const amount = request.body.order[product]
    stock[product] = stock[product] - amount
  }
  response.send(stock)
}
