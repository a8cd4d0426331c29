import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { ask, present } from '../api/client'
import {
  InviteToOrganizationDocument,
  OrganizationMembersDocument,
  type OrganizationRole,
  RemoveOrganizationMemberDocument,
  UpdateOrganizationMemberDocument,
} from '../api/generated/graphql'
import { grantableRoles, organizationQuery, permission } from '../api/permissions'
import { paths } from '../paths'
import { type Member, Members } from './Members'

/** People of an organization, invited ones included. */
export const membersQuery = (org: string) =>
  queryOptions({
    queryKey: ['organizationMembers', org],
    queryFn: async ({ signal }): Promise<Member[]> => {
      const { organization } = await ask(OrganizationMembersDocument, { org }, signal)
      return present(organization?.stakeholders).flatMap(person =>
        person?.email
          ? [
              {
                email: person.email,
                role: person.role ?? '',
                firstLogin: person.firstLogin ?? null,
                lastLogin: person.lastLogin ?? null,
                invitationState: person.invitationState ?? null,
                invitationUrl: person.invitationUrl ?? null,
              },
            ]
          : [],
      )
    },
  })

const route = getRouteApi('/app/orgs/$org/members')

/** The members of an organization. */
export function OrganizationMembersPage() {
  const { org } = route.useParams()
  const search = route.useSearch()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { data: organization } = useQuery(organizationQuery(org))
  const members = useQuery(membersQuery(org))
  return (
    <Members
      place={`the organization ${org}`}
      name="organization-members"
      members={members.data}
      error={members.error}
      onRetry={() => void members.refetch()}
      permissions={organization?.permissions}
      needs={{
        invite: permission.inviteToOrganization,
        update: permission.updateOrganizationMember,
        remove: permission.removeOrganizationMember,
      }}
      roles={grantableRoles('organization', organization?.permissions)}
      responsibilities={false}
      removeWarning="They lose access to the organization and to all of its groups. What was assigned to them is assigned to nobody."
      search={search}
      onSearch={change =>
        void navigate({ ...paths.organizationMembers(org), search: { ...search, ...change } })
      }
      invite={async (email, role) => {
        const answer = await ask(InviteToOrganizationDocument, { org, email, role: role as OrganizationRole })
        return answer.grantStakeholderOrganizationAccess.invitationUrl ?? null
      }}
      update={(email, role) =>
        ask(UpdateOrganizationMemberDocument, { org, email, role: role as OrganizationRole })
      }
      remove={email => ask(RemoveOrganizationMemberDocument, { org, email })}
      onChanged={() => void client.invalidateQueries({ queryKey: ['organizationMembers', org] })}
    />
  )
}
