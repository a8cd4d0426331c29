const { exec } = require('child_process')

// report makes the report that an employee asks for.
exports.report = (request, response) => {
  exec('report --month ' + request.body.month, (error, output) => {
    response.send(error ? String(error) : output)
  })
}

// discount computes a price by the formula that an employee enters.
exports.discount = (request, response) => {
  const price = Number(request.body.price)
  response.send({ price, reduced: eval(request.body.formula) })
}
