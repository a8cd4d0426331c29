import { ActionIcon, Kbd, Menu, TextInput, Tooltip } from '@mantine/core'
import { IconMenu2, IconSearch, IconSelector } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, type LinkOptions, useMatches, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { ask } from '../api/client'
import { FindingTitlesDocument } from '../api/generated/graphql'
import { groupNamesQuery } from '../api/me'
import { paths } from '../paths'
import classes from './Frame.module.css'
import { useOrganizations } from './SidePanel'

/** The top bar: organization, group and finding, each with a switch; search at the right. */
export function Breadcrumb({ onPanel, onSearch }: { onPanel: () => void; onSearch: () => void }) {
  const { org, group, finding } = useParams({ strict: false })
  const title = useMatches({ select: matches => matches.at(-1)?.staticData.title })
  return (
    <div className={classes.top}>
      <ActionIcon
        className={classes.burger}
        variant="subtle"
        color="gray"
        aria-label="Open the panel"
        onClick={onPanel}
      >
        <IconMenu2 size={18} />
      </ActionIcon>
      <nav aria-label="Breadcrumb" style={{ minWidth: 0 }}>
        <ol className={classes.crumbs}>
          {org && <OrganizationCrumb org={org} />}
          {org && group && <GroupCrumb org={org} group={group} />}
          {org && group && finding && <FindingCrumb org={org} group={group} finding={finding} />}
          {title && (
            <li className={classes.crumb}>
              <span className={classes.crumbLink} aria-current="page">
                {title}
              </span>
            </li>
          )}
        </ol>
      </nav>
      <Tooltip
        label={
          <>
            Search <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">K</Kbd>
          </>
        }
      >
        <ActionIcon ml="auto" variant="subtle" color="gray" aria-label="Search" onClick={onSearch}>
          <IconSearch size={16} />
        </ActionIcon>
      </Tooltip>
    </div>
  )
}

function OrganizationCrumb({ org }: { org: string }) {
  const organizations = useOrganizations()
  return (
    <Crumb
      label={org}
      link={paths.groups(org)}
      what="organization"
      others={organizations.map(name => ({ label: name, link: paths.groups(name) }))}
    />
  )
}

function GroupCrumb({ org, group }: { org: string; group: string }) {
  const { data: groups = [] } = useQuery(groupNamesQuery)
  // Whoever looks at the scope of one group means to look at the scope of the next.
  const section = useMatches({ select: matches => matches.at(-1)?.staticData.section })
  const to = section === 'scope' ? paths.scope : section === 'members' ? paths.groupMembers : paths.findings
  return (
    <Crumb
      label={group}
      link={paths.findings(org, group)}
      what="group"
      others={groups
        .filter(each => each.organization === org)
        .map(each => ({ label: each.name, link: to(org, each.name) }))}
    />
  )
}

function FindingCrumb({ org, group, finding }: { org: string; group: string; finding: string }) {
  const { data: findings = [] } = useQuery({
    queryKey: ['findingTitles', group],
    queryFn: async ({ signal }) => {
      const { group: found } = await ask(FindingTitlesDocument, { group }, signal)
      return (found?.findingsConnection.edges ?? []).flatMap(edge => (edge ? [edge.node] : []))
    },
    staleTime: 60_000,
  })
  return (
    <Crumb
      label={findings.find(each => each.id === finding)?.title ?? 'Finding'}
      link={paths.locations(org, group, finding)}
      what="finding"
      others={findings.map(each => ({ label: each.title, link: paths.locations(org, group, each.id) }))}
    />
  )
}

interface CrumbProps {
  label: string
  link: LinkOptions
  what: string
  others: { label: string; link: LinkOptions }[]
}

function Crumb({ label, link, what, others }: CrumbProps) {
  const [typed, setTyped] = useState('')
  const matching = others.filter(other => other.label.toLowerCase().includes(typed.toLowerCase()))
  return (
    <li className={classes.crumb}>
      <Link {...link} className={classes.crumbLink} title={label}>
        {label}
      </Link>
      {others.length > 1 && (
        <Menu width={280} position="bottom-start" onClose={() => setTyped('')}>
          <Menu.Target>
            <ActionIcon size="sm" variant="subtle" color="gray" aria-label={`Switch ${what}`}>
              <IconSelector size={12} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown mah={400} style={{ overflowY: 'auto' }}>
            {others.length > 8 && (
              <TextInput
                size="xs"
                mb={4}
                placeholder={`Find a ${what}`}
                aria-label={`Find a ${what}`}
                value={typed}
                onChange={event => setTyped(event.currentTarget.value)}
                data-autofocus
              />
            )}
            {matching.map(other => (
              <Menu.Item
                key={other.label}
                fw={other.label === label ? 600 : 400}
                renderRoot={props => <Link {...other.link} {...props} />}
              >
                {other.label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  )
}
