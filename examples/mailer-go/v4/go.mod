module mailer.example/mailer

go 1.24
