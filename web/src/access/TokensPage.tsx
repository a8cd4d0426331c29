import { Page } from '../ui/Page'
import { Tokens } from './Tokens'

/** The caller's API tokens as a page of its own. */
export function TokensPage() {
  return (
    <Page title="API tokens">
      <Tokens />
    </Page>
  )
}
