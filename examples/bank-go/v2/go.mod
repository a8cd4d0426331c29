module bank.example/bank

go 1.24
