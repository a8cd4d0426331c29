import type { CodegenConfig } from '@graphql-codegen/cli'

// Operations become plain strings with types: nothing of a GraphQL client travels to the browser.
const config: CodegenConfig = {
  schema: '../internal/api/*.graphql',
  documents: 'src/**/*.graphql',
  generates: {
    'src/api/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        enumsAsTypes: true,
        useTypeImports: true,
        scalars: {
          DateTime: 'string',
          JSONString: 'string',
          GenericScalar: 'unknown',
          Upload: 'File',
        },
      },
    },
  },
  ignoreNoDocuments: true,
}

export default config
