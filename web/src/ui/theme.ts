import { createTheme, type MantineColorsTuple, type MantineThemeOverride } from '@mantine/core'

const accent: MantineColorsTuple = [
  '#eef0fe',
  '#dcdffb',
  '#b6bdf3',
  '#8e98ec',
  '#6d7ae6',
  '#5867e2',
  '#4a59d9',
  '#3d4bc2',
  '#3542ae',
  '#2b3899',
]

// Cool greys: text and lines are quieter than black on white, and dark mode is not pure black.
const gray: MantineColorsTuple = [
  '#f8f9fb',
  '#f1f3f6',
  '#e7eaef',
  '#d9dee5',
  '#c3cad4',
  '#9aa4b2',
  '#6b7686',
  '#4c5665',
  '#323a47',
  '#1c222c',
]

const dark: MantineColorsTuple = [
  '#d5d9e1',
  '#b3bac7',
  '#929bab',
  '#6a7384',
  '#3b4250',
  '#2b313d',
  '#222731',
  '#171b22',
  '#12151b',
  '#0d1014',
]

/** The look of both pages: dense, quiet, one accent colour. */
export const theme: MantineThemeOverride = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 5 },
  colors: { accent, gray, dark },
  fontFamily: "'Inter Variable', ui-sans-serif, system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.4' },
      h2: { fontSize: '1rem', lineHeight: '1.5' },
      h3: { fontSize: '0.875rem', lineHeight: '1.5' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '4px', md: '6px', lg: '10px', xl: '14px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 250, withArrow: false, transitionProps: { duration: 80 } } },
    Modal: {
      defaultProps: {
        transitionProps: { duration: 120, transition: 'fade' },
        overlayProps: { backgroundOpacity: 0.35 },
      },
      styles: { title: { fontWeight: 600, fontSize: '1rem' } },
    },
    Menu: { defaultProps: { transitionProps: { duration: 80 }, shadow: 'md' } },
  },
})

/** Where the browser keeps the colour scheme; public/theme.js reads it before the first paint. */
export const colorSchemeKey = 'asm-color-scheme'
