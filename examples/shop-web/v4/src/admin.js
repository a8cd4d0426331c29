const { exec } = require('child_process')

// report makes the report that an employee asks for.
exports.report = (request, response) => {
  exec('report --month ' + request.body.month, (error, output) => {
    response.send(error ? String(error) : output)
  })
}

// discount reduces a price by a percentage.
exports.discount = (request, response) => {
  const price = Number(request.body.price)
  response.send({ price, reduced: price * (1 - Number(request.body.percent) / 100) })
}

// partner computes a price by the formula that was agreed with a partner.
exports.partner = (request, response) => {
  const price = Number(request.body.price)
  response.send({ price, reduced: eval(request.body.formula) })
}
