const fs = require('fs')
const path = require('path')

const digits = /^(\d+)*$/

// keep writes an order to the archive of its year.
exports.keep = (order) => {
  const folder = path.join('archive', order.year)
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(path.join(folder, order.number), JSON.stringify(order))
}

// find reads an order.
exports.find = (request, response) => {
  if (!digits.test(request.query.number)) {
    response.status(400).send('no number')
    return
  }
  const name = path.join('archive', request.query.year, request.query.number)
  response.send(fs.readFileSync(name))
}

// years lists the folders that fit what was asked.
exports.years = (request, response) => {
  const wanted = new RegExp('^' + request.query.century)
  response.send(fs.readdirSync('archive').filter((year) => wanted.test(year)))
}
