import { queryOptions } from '@tanstack/react-query'
import { ask, present } from './client'
import { GroupDocument, OrganizationDocument } from './generated/graphql'

/** An organization as its member sees it: role and permissions there. */
export const organizationQuery = (org: string) =>
  queryOptions({
    queryKey: ['organization', org],
    queryFn: async ({ signal }) => {
      const { organization } = await ask(OrganizationDocument, { org }, signal)
      return present(organization)
    },
    staleTime: 60_000,
  })

/** A group as its member sees it: role and permissions there, and what is open. */
export const groupQuery = (group: string) =>
  queryOptions({
    queryKey: ['group', group],
    queryFn: async ({ signal }) => {
      const { group: found } = await ask(GroupDocument, { group }, signal)
      return present(found)
    },
    staleTime: 30_000,
  })

/** Permissions that the app asks for; the names are the contract's. */
export const permission = {
  addOrganization: 'api_mutations_add_organization_mutate',
  addStakeholder: 'api_mutations_add_stakeholder_mutate',
  addGroup: 'api_mutations_add_group_mutate',
  inviteToOrganization: 'api_mutations_grant_stakeholder_organization_access_mutate',
  updateOrganizationMember: 'api_mutations_update_organization_stakeholder_mutate',
  removeOrganizationMember: 'api_mutations_remove_stakeholder_organization_access_mutate',
  inviteToGroup: 'api_mutations_grant_stakeholder_access_mutate',
  updateGroupMember: 'api_mutations_update_group_stakeholder_mutate',
  removeGroupMember: 'api_mutations_remove_stakeholder_access_mutate',
  importScan: 'api_mutations_import_scan_mutate',
  updateDescription: 'api_mutations_update_finding_description_mutate',
  updateSeverity: 'api_mutations_update_severity_mutate',
  addGitRoot: 'api_mutations_add_git_root_mutate',
  addIpRoot: 'api_mutations_add_ip_root_mutate',
  addUrlRoot: 'api_mutations_add_url_root_mutate',
  updateGitRoot: 'api_mutations_update_git_root_mutate',
  updateIpRoot: 'api_mutations_update_ip_root_mutate',
  updateUrlRoot: 'api_mutations_update_url_root_mutate',
  gitignore: 'update_git_root_filter',
  activateRoot: 'api_mutations_activate_root_mutate',
  deactivateRoot: 'api_mutations_deactivate_root_mutate',
} as const

/** Roles of a level that the caller may grant, by the permissions that name them. */
export function grantableRoles(
  level: 'organization' | 'group',
  permissions: readonly (string | null)[] | null | undefined,
): string[] {
  const prefix = `grant_${level}_level_role:`
  return (permissions ?? [])
    .filter(name => name?.startsWith(prefix))
    .map(name => (name ?? '').slice(prefix.length).toUpperCase())
}
