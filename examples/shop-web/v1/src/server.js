// A shop, weak on purpose: scanners are meant to find fault with it.
const express = require('express')
const admin = require('./admin')
const cart = require('./cart')
const catalog = require('./catalog')
const files = require('./files')
const session = require('./session')

const shop = express()
shop.use(express.urlencoded({ extended: true }))
shop.use(express.static('public'))

shop.post('/sign-in', session.signIn)
shop.get('/products', catalog.search)
shop.get('/products/:id', catalog.show)
shop.post('/cart', cart.add)
shop.post('/cart/prices', cart.prices)
shop.get('/pictures', files.picture)
shop.post('/pictures', files.upload)
shop.post('/admin/report', admin.report)
shop.post('/admin/discount', admin.discount)

shop.listen(3000)
