const fs = require('fs')

// picture sends the picture of a product.
exports.picture = (request, response) => {
  fs.readFile('pictures/' + request.query.name, (error, content) => {
    if (error) {
      response.status(404).send(String(error.stack))
      return
    }
    response.send(content)
  })
}

// upload keeps a picture under the name that it came with.
exports.upload = (request, response) => {
  const name = `pictures/${request.body.name}`
  if (!fs.existsSync(name)) {
    fs.writeFileSync(name, request.body.content)
  }
  response.send('kept')
}
