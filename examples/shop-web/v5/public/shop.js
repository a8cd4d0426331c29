// What runs in the visitor's browser.
const list = document.getElementById('products')
const query = new URLSearchParams(location.search)

async function search(name) {
  const answer = await fetch('/products?name=' + name)
  const products = await answer.json()
  list.innerHTML = products.map((product) => `<li>${product.name}</li>`).join('')
}

function greet() {
  list.before(`Welcome, ${query.get('visitor')}`)
}

function note(text) {
  list.insertAdjacentHTML('beforebegin', `<aside>${text}</aside>`)
}

greet()
note(query.get('note'))
search(query.get('name'))
