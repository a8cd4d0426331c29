import { Button, type ButtonProps, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'

interface ActionProps extends ButtonProps {
  /** Permission that the act needs. */
  needs: string
  /** Permissions in force here; undefined while they are not known yet. */
  permissions: readonly (string | null)[] | null | undefined
  /** Who can give the missing permission. */
  giver?: string
  onClick?: () => void
  children: ReactNode
}

/** A button for an act that needs a permission: disabled without it, and it says which and who can give it. */
export function Action({ needs, permissions, giver, onClick, children, ...button }: ActionProps) {
  const allowed = permissions?.includes(needs) ?? false
  if (allowed) {
    return (
      <Button {...button} onClick={onClick}>
        {children}
      </Button>
    )
  }
  const reason = missing(needs, giver)
  return (
    <Tooltip label={reason} disabled={!permissions} multiline maw={320}>
      <Button
        {...button}
        data-disabled
        aria-disabled="true"
        title={reason}
        onClick={event => event.preventDefault()}
      >
        {children}
      </Button>
    </Tooltip>
  )
}

/** Says which permission is missing and who gives it. */
export function missing(permission: string, giver = 'a user manager'): string {
  const name = permission.replace(/^api_(?:mutations|resolvers)_/, '').replace(/_(?:mutate|resolve)$/, '')
  return `You need the permission ${name}. Ask ${giver} for a role that has it.`
}
