const { readFileSync } = require('fs')

const products = JSON.parse(readFileSync('products.json', 'utf8'))

// search answers the products whose name matches what was typed.
exports.search = (request, response) => {
  const wanted = new RegExp(request.query.name, 'i')
  const found = products.filter((product) => wanted.test(product.name))
  found.sort((a, b) => (a[request.query.sort] > b[request.query.sort] ? 1 : -1))
  response.send(found)
}

// show answers one product, with its text in the visitor's language.
exports.show = (request, response) => {
  const product = products[request.params.id]
  const text = product.texts[request.query.language]
  response.send(`<h1>${product.name}</h1><p>${text}</p>`)
}
