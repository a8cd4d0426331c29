// The rules that the shop is scanned with, for scripts/make-example-scans.sh.
import noSecrets from 'eslint-plugin-no-secrets'
import noUnsanitized from 'eslint-plugin-no-unsanitized'
import security from 'eslint-plugin-security'

export default [
  security.configs.recommended,
  noUnsanitized.configs.recommended,
  {
    plugins: { 'no-secrets': noSecrets },
    rules: {
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-script-url': 'error',
      'no-secrets/no-secrets': 'error',
    },
  },
  { files: ['**/src/**/*.js'], languageOptions: { sourceType: 'commonjs' } },
]
