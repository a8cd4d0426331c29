// Shows what others thought of a product.
const reviews = document.getElementById('reviews')

async function show(product) {
  const answer = await fetch(`/reviews?product=${product}`)
  for (const review of await answer.json()) {
    const entry = document.createElement('article')
    entry.innerHTML = '<b>' + review.author + '</b>' + review.text
    reviews.append(entry)
  }
}

show(new URLSearchParams(location.search).get('product'))
