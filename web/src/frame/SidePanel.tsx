import { Menu, useMantineColorScheme } from '@mantine/core'
import {
  IconActivity,
  IconBook2,
  IconBug,
  IconBuilding,
  IconDeviceLaptop,
  IconHome,
  IconKey,
  IconLayoutSidebarLeftCollapse,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSelector,
  IconStack2,
  IconSun,
  IconTargetArrow,
  IconTerminal2,
  IconUsers,
  IconUsersGroup,
  IconWand,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, type LinkOptions, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { groupNamesQuery, meQuery, roleWord } from '../api/me'
import { usePreferences } from '../api/preferences'
import { sessionQuery, signOut } from '../api/session'
import { outside, paths } from '../paths'
import { parseTime, relativeTime } from '../ui/time'
import type { OpenDialog } from './Frame'
import classes from './Frame.module.css'

interface SidePanelProps {
  org: string | undefined
  /** On a phone the panel lies over the page while it is open. */
  open: boolean
  onClose: () => void
  onDialog: (dialog: OpenDialog) => void
}

/** The left panel: where one is, where one can go, and at the foot the tools and the person. */
export function SidePanel({ org: orgInAddress, open, onClose, onDialog }: SidePanelProps) {
  const { group } = useParams({ strict: false })
  const { data: me } = useQuery(meQuery)
  const [preferences, setPreferences] = usePreferences()
  const organizations = useOrganizations()
  const org =
    orgInAddress ?? organizations.find(name => name === preferences.organization) ?? organizations[0]
  const narrow = preferences.panelClosed === true && !open
  return (
    <>
      <button
        type="button"
        className={classes.shade}
        data-open={open || undefined}
        aria-label="Close the panel"
        onClick={onClose}
      />
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: closes the panel after one of its links was followed, by any means */}
      <nav
        className={classes.panel}
        aria-label="Main"
        data-open={open || undefined}
        data-narrow={narrow || undefined}
        onClick={event => (event.target as HTMLElement).closest('a') && onClose()}
      >
        <OrganizationSwitch current={org} organizations={organizations} />
        <div className={classes.nav}>
          <Item icon={<IconSearch size={16} />} keys="Ctrl K" onClick={() => onDialog('search')}>
            Search
          </Item>
          <Item icon={<IconHome size={16} />} link={paths.home()}>
            Home
          </Item>
        </div>
        {org && (
          <section className={classes.nav} aria-label={`Organization ${org}`}>
            <div className={classes.sectionTitle}>{org}</div>
            <Item icon={<IconStack2 size={16} />} link={paths.groups(org)} exact>
              Groups
            </Item>
            <Item icon={<IconUsersGroup size={16} />} link={paths.organizationMembers(org)}>
              Members
            </Item>
          </section>
        )}
        {org && group && (
          <section className={classes.nav} aria-label={`Group ${group}`}>
            <div className={classes.sectionTitle}>{group}</div>
            <Item icon={<IconBug size={16} />} link={paths.findings(org, group)}>
              Findings
            </Item>
            <Item icon={<IconTargetArrow size={16} />} link={paths.scope(org, group)}>
              Scope
            </Item>
            <Item icon={<IconUsers size={16} />} link={paths.groupMembers(org, group)}>
              Members
            </Item>
          </section>
        )}
        {me?.role === 'admin' && (
          <section className={classes.nav} aria-label="Installation">
            <div className={classes.sectionTitle}>Installation</div>
            <Item icon={<IconUsers size={16} />} link={paths.users()}>
              Users
            </Item>
            <Item icon={<IconActivity size={16} />} link={paths.jobs()}>
              Jobs
            </Item>
          </section>
        )}
        <div className={`${classes.nav} ${classes.foot}`}>
          <Item icon={<IconKey size={16} />} onClick={() => onDialog('api')}>
            API
          </Item>
          <Item icon={<IconTerminal2 size={16} />} href={outside.playground}>
            Playground
          </Item>
          <Item icon={<IconBook2 size={16} />} href={outside.docs}>
            Docs
          </Item>
          <PersonMenu onDialog={onDialog} />
          <Item
            icon={<IconLayoutSidebarLeftCollapse size={16} />}
            onClick={() => setPreferences({ panelClosed: !narrow })}
          >
            {narrow ? 'Widen the panel' : 'Collapse'}
          </Item>
        </div>
      </nav>
    </>
  )
}

/** Organizations that the caller belongs to, and those of groups that the caller sees otherwise. */
export function useOrganizations(): string[] {
  const { data: me } = useQuery(meQuery)
  const { data: groups } = useQuery(groupNamesQuery)
  const names = new Set([
    ...(me?.organizations ?? []).map(organization => organization.name),
    ...(groups ?? []).map(group => group.organization),
  ])
  return [...names].sort()
}

interface ItemProps {
  icon: ReactNode
  children: string
  keys?: string
  link?: LinkOptions
  exact?: boolean
  href?: string
  onClick?: () => void
}

function Item({ icon, children, keys, link, exact, href, onClick }: ItemProps) {
  const content = (
    <>
      {icon}
      <span className={classes.label}>{children}</span>
      {keys && <span className={classes.keys}>{keys}</span>}
    </>
  )
  if (link) {
    return (
      <Link
        {...link}
        className={classes.item}
        title={children}
        activeOptions={{ exact: exact ?? false, includeSearch: false }}
      >
        {content}
      </Link>
    )
  }
  if (href) {
    return (
      <a href={href} className={classes.item} title={children}>
        {content}
      </a>
    )
  }
  return (
    <button type="button" className={classes.item} title={children} onClick={onClick}>
      {content}
    </button>
  )
}

function OrganizationSwitch({
  current,
  organizations,
}: {
  current: string | undefined
  organizations: string[]
}) {
  const [, setPreferences] = usePreferences()
  return (
    <Menu position="bottom-start" width={220}>
      <Menu.Target>
        <button
          type="button"
          className={`${classes.item} ${classes.organization}`}
          aria-label="Switch organization"
        >
          <span className={classes.emblem} aria-hidden="true">
            {(current ?? 'A').charAt(0).toUpperCase()}
          </span>
          <span className={classes.label}>{current ?? 'No organization'}</span>
          <IconSelector size={14} aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
        <Menu.Label>Organizations</Menu.Label>
        {organizations.map(name => (
          <Menu.Item
            key={name}
            leftSection={<IconBuilding size={14} />}
            renderRoot={props => <Link {...paths.groups(name)} {...props} />}
            onClick={() => setPreferences({ organization: name })}
          >
            {name}
          </Menu.Item>
        ))}
        {organizations.length === 0 && <Menu.Item disabled>You belong to none yet</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  )
}

function PersonMenu({ onDialog }: { onDialog: (dialog: OpenDialog) => void }) {
  const { data: me } = useQuery(meQuery)
  const { data: session } = useQuery(sessionQuery)
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const name = me?.userName || me?.userEmail || session?.email || ''
  const ends = parseTime(session?.expiresAt)
  return (
    <Menu position="right-end" width={260}>
      <Menu.Target>
        <button type="button" className={classes.item} aria-label={`Account of ${name}`}>
          <span className={classes.emblem} data-person aria-hidden="true">
            {name.charAt(0).toUpperCase()}
          </span>
          <span className={classes.label}>{name}</span>
          <IconSelector size={14} aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me?.userEmail}
          <br />
          {me?.role && <>{roleWord(me.role)} of this installation</>}
          {ends && (
            <>
              <br />
              Session ends {relativeTime(ends, new Date())}
            </>
          )}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconDeviceLaptop size={14} />}
          renderRoot={props => <Link {...paths.sessions()} {...props} />}
        >
          Sessions
        </Menu.Item>
        <Menu.Item
          leftSection={<IconKey size={14} />}
          renderRoot={props => <Link {...paths.tokens()} {...props} />}
        >
          API tokens
        </Menu.Item>
        <Menu.Item leftSection={<IconWand size={14} />} onClick={() => onDialog('keys')}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Theme</Menu.Label>
        {(['light', 'dark', 'auto'] as const).map(scheme => (
          <Menu.Item
            key={scheme}
            role="menuitemradio"
            aria-checked={colorScheme === scheme}
            fw={colorScheme === scheme ? 600 : 400}
            leftSection={
              scheme === 'light' ? (
                <IconSun size={14} />
              ) : scheme === 'dark' ? (
                <IconMoon size={14} />
              ) : (
                <IconDeviceLaptop size={14} />
              )
            }
            onClick={() => setColorScheme(scheme)}
          >
            {scheme === 'light' ? 'Light' : scheme === 'dark' ? 'Dark' : 'As the system'}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={14} />}
          onClick={() => {
            // A whole load, so that nothing of the person stays in memory.
            void signOut().finally(() => window.location.assign('/'))
          }}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
