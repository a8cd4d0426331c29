import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './ui/font.css'
import './ui/global.css'
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiError, whenSessionEnds } from './api/client'
import { markSessionEnded } from './api/session'
import { makeRouter } from './router'
import { colorSchemeKey, theme } from './ui/theme'

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // Only what may pass is tried again; a refusal stays a refusal.
      retry: (count, error) =>
        count < 2 &&
        error instanceof ApiError &&
        (error.code === 'UNREACHABLE' || error.code === 'UNAVAILABLE'),
      refetchOnWindowFocus: true,
    },
  },
})
whenSessionEnds(() => markSessionEnded(client))

const router = makeRouter(client)
const colorSchemeManager = localStorageColorSchemeManager({ key: colorSchemeKey })

const place = document.getElementById('app')
if (!place) throw new Error('index.html has no element with the id app')
createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={colorSchemeManager}>
      <Notifications position="bottom-right" autoClose={5000} limit={3} />
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
