const names = ['chile', 'france', 'ghana', 'india', 'japan', 'kenya', 'norway', 'peru']

// mount adds the routes of every country.
exports.mount = (shop) => {
  for (const name of names) {
    const country = require('./' + name)
    shop.get(`/${name}/price`, country.price)
    shop.post(`/${name}/price`, country.change)
    shop.post(`/${name}/delivery`, country.deliver)
  }
}
