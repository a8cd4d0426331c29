import '@mantine/core/styles.css'
import '../ui/font.css'
import '../ui/global.css'
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { colorSchemeKey, theme } from '../ui/theme'
import { PlaygroundPage } from './PlaygroundPage'

const client = new QueryClient()
const colorSchemeManager = localStorageColorSchemeManager({ key: colorSchemeKey })

const place = document.getElementById('app')
if (!place) throw new Error('playground.html has no element with the id app')
createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={colorSchemeManager}>
      <QueryClientProvider client={client}>
        <PlaygroundPage />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
