import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { ask, present } from '../api/client'
import {
  GroupMembersDocument,
  InviteToGroupDocument,
  RemoveGroupMemberDocument,
  type StakeholderRole,
  UpdateGroupMemberDocument,
} from '../api/generated/graphql'
import { grantableRoles, groupQuery, permission } from '../api/permissions'
import { paths } from '../paths'
import { type Member, Members } from './Members'

/** People of a group, invited ones included. */
export const membersQuery = (group: string) =>
  queryOptions({
    queryKey: ['groupMembers', group],
    queryFn: async ({ signal }): Promise<Member[]> => {
      const { group: found } = await ask(GroupMembersDocument, { group }, signal)
      return present(found?.stakeholders).flatMap(person =>
        person.email
          ? [
              {
                email: person.email,
                role: person.role ?? '',
                responsibility: person.responsibility ?? '',
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

const route = getRouteApi('/app/orgs/$org/groups/$group/members')

/** The members of a group. */
export function GroupMembersPage() {
  const { org, group } = route.useParams()
  const search = route.useSearch()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { data: known } = useQuery(groupQuery(group))
  const members = useQuery(membersQuery(group))
  return (
    <Members
      place={`the group ${group}`}
      name="group-members"
      members={members.data}
      error={members.error}
      onRetry={() => void members.refetch()}
      permissions={known?.permissions}
      needs={{
        invite: permission.inviteToGroup,
        update: permission.updateGroupMember,
        remove: permission.removeGroupMember,
      }}
      roles={grantableRoles('group', known?.permissions)}
      responsibilities
      removeWarning="They lose access to the group. What was assigned to them is assigned to nobody."
      search={search}
      onSearch={change =>
        void navigate({ ...paths.groupMembers(org, group), search: { ...search, ...change } })
      }
      invite={async (email, role, responsibility) => {
        const answer = await ask(InviteToGroupDocument, {
          group,
          email,
          role: role as StakeholderRole,
          ...(responsibility ? { responsibility } : {}),
        })
        return answer.grantStakeholderAccess.invitationUrl ?? null
      }}
      update={(email, role, responsibility) =>
        ask(UpdateGroupMemberDocument, { group, email, role: role as StakeholderRole, responsibility })
      }
      remove={email => ask(RemoveGroupMemberDocument, { group, email })}
      onChanged={() => void client.invalidateQueries({ queryKey: ['groupMembers', group] })}
    />
  )
}
