import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { ApiDialog } from './access/ApiDialog'
import { membersQuery as groupMembersQuery } from './access/GroupMembersPage'
import { membersQuery as organizationMembersQuery } from './access/OrganizationMembersPage'
import { sessionsQuery } from './access/SessionsPage'
import { tokensQuery } from './access/Tokens'
import { usersQuery } from './access/UsersPage'
import { groupNamesQuery, meQuery } from './api/me'
import { groupQuery, organizationQuery } from './api/permissions'
import { pageSizeOf } from './api/preferences'
import { sessionQuery } from './api/session'
import { FindingLayout } from './finding/FindingLayout'
import {
  FindingsPage,
  type FindingsSearch,
  findingSorts,
  findingStatuses,
  findingsQuery,
} from './finding/FindingsPage'
import { findingQuery } from './finding/findingQuery'
import { Frame } from './frame/Frame'
import { GroupsPage, groupsQuery } from './group/GroupsPage'
import { HomePage, homeQuery } from './group/HomePage'
import { type JobsSearch, jobStates, jobsQuery } from './job/JobsPage'
import { NewOrganization } from './organization/NewOrganization'
import { paths, returnPath } from './paths'
import { rootsQuery } from './root/roots'
import { ImportScan } from './scan/ImportScan'
import { ScansSection, scansQuery } from './scan/ScansSection'
import { SignInPage } from './signin/SignInPage'
import { Failure } from './ui/Failure'
import { EmptyState, Page } from './ui/Page'
import { oneOf, readTableSearch, type TableSearch, text } from './ui/table'
import { followedFilters, rememberFilters } from './vulnerability/filterMemory'
import { LocationDrawer, locationQuery } from './vulnerability/LocationDrawer'
import {
  LocationsPage,
  type LocationsSearch,
  locationReattacks,
  locationSorts,
  locationStates,
  locationsQuery,
  locationTreatments,
} from './vulnerability/LocationsPage'

interface RouterContext {
  client: QueryClient
}

type Raw = Record<string, unknown>

const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  notFoundComponent: NotFound,
})

// Before signing in.

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  validateSearch: (raw: Raw): { return?: string; problem?: string } => {
    const wanted = text(raw.return)
    const problem = text(raw.problem)
    return { ...(wanted ? { return: wanted } : {}), ...(problem ? { problem } : {}) }
  },
  loaderDeps: ({ search }) => ({ wanted: search.return }),
  loader: async ({ context, deps }) => {
    const session = await context.client.ensureQueryData(sessionQuery)
    if (session.signedIn) {
      const to = returnPath(deps.wanted)
      if (to === '/api' || to.startsWith('/api?')) {
        window.location.assign(to)
        return
      }
      throw redirect({ href: to, replace: true })
    }
  },
  component: SignInPage,
})

const passwordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/password/$token',
  component: lazyRouteComponent(() => import('./signin/PasswordPage'), 'PasswordPage'),
})

const docsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/docs/$',
  component: lazyRouteComponent(() => import('./docs/DocsPage'), 'DocsPage'),
})

const invitationPage = (accept: boolean) =>
  lazyRouteComponent(async () => {
    const { InvitationPage } = await import('./signin/InvitationPage')
    return { default: () => <InvitationPage accept={accept} /> }
  })

const confirmAccessRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/confirm_access/$token',
  component: invitationPage(true),
})
const rejectAccessRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reject_access/$token',
  component: invitationPage(false),
})
const confirmOrganizationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/confirm_access_organization/$token',
  component: invitationPage(true),
})
const rejectOrganizationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reject_access_organization/$token',
  component: invitationPage(false),
})

// The app: everything below needs a session.

const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  beforeLoad: async ({ context, location }) => {
    const session = await context.client.ensureQueryData(sessionQuery)
    // A session that ends while the app is open is renewed over the page (frame/SessionNotice.tsx), not by leaving it.
    if (!session.signedIn && !context.client.getQueryData(meQuery.queryKey)) {
      throw redirect(paths.signIn(location.href))
    }
  },
  loader: ({ context }) => {
    void context.client.prefetchQuery(groupNamesQuery)
    // Page sizes are kept with the account, and the tables' queries depend on them.
    return context.client.ensureQueryData(meQuery)
  },
  component: () => <Frame apiDialog={onClose => <ApiDialog onClose={onClose} />} />,
  notFoundComponent: NotFound,
})

const homeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/home',
  staticData: { title: 'Home' },
  validateSearch: (raw: Raw): TableSearch & { create?: 'organization' } => {
    const create = oneOf(raw.create, ['organization'] as const)
    return { ...readTableSearch(raw, []), ...(create ? { create } : {}) }
  },
  loaderDeps: ({ search: { q, after } }) => ({ q, after }),
  loader: ({ context: { client }, deps }) => {
    void client.prefetchQuery(homeQuery(deps, pageSizeOf(client)))
  },
  component: function Home() {
    const { create, ...search } = homeRoute.useSearch()
    const navigate = homeRoute.useNavigate()
    return (
      <>
        <HomePage />
        {create && <NewOrganization onClose={() => void navigate({ search })} />}
      </>
    )
  },
})

const organizationRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/orgs/$org',
  loader: ({ context, params }) => {
    void context.client.prefetchQuery(organizationQuery(params.org))
  },
  component: Outlet,
})
const organizationIndexRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ ...paths.groups(params.org), replace: true })
  },
})
const groupsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/groups',
  staticData: { title: 'Groups' },
  validateSearch: (raw: Raw): TableSearch & { create?: boolean } => ({
    ...readTableSearch(raw, []),
    ...(raw.create === true ? { create: true } : {}),
  }),
  loaderDeps: ({ search: { q, after } }) => ({ q, after }),
  loader: ({ context: { client }, params, deps }) => {
    void client.prefetchQuery(groupsQuery(params.org, deps, pageSizeOf(client)))
  },
  component: GroupsPage,
})
const organizationMembersRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/members',
  staticData: { title: 'Members' },
  validateSearch: (raw: Raw) => readTableSearch(raw, []),
  loader: ({ context, params }) => {
    void context.client.prefetchQuery(organizationMembersQuery(params.org))
  },
  component: lazyRouteComponent(() => import('./access/OrganizationMembersPage'), 'OrganizationMembersPage'),
})

const groupRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/groups/$group',
  loader: ({ context, params }) => {
    void context.client.prefetchQuery(groupQuery(params.group))
  },
  component: Outlet,
})
const groupIndexRoute = createRoute({
  getParentRoute: () => groupRoute,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ ...paths.findings(params.org, params.group), replace: true })
  },
})
const findingsRoute = createRoute({
  getParentRoute: () => groupRoute,
  path: '/vulns',
  staticData: { title: 'Findings', section: 'findings' },
  validateSearch: (raw: Raw): FindingsSearch & { import?: boolean; root?: string } => {
    const status = oneOf(raw.status, findingStatuses)
    const root = text(raw.root)
    return {
      ...readTableSearch(raw, Object.keys(findingSorts)),
      ...(status ? { status } : {}),
      ...(raw.import === true ? { import: true } : {}),
      ...(raw.import === true && root ? { root } : {}),
    }
  },
  loaderDeps: ({ search: { q, sort, after, status } }) => ({ q, sort, after, status }),
  loader: ({ context: { client }, params, deps }) => {
    void client.prefetchQuery(findingsQuery(params.group, deps, pageSizeOf(client)))
  },
  component: function Findings() {
    const { org, group } = findingsRoute.useParams()
    const { import: importing, root, ...search } = findingsRoute.useSearch()
    const navigate = findingsRoute.useNavigate()
    return (
      <>
        <FindingsPage />
        {importing && (
          <ImportScan org={org} group={group} root={root} onClose={() => void navigate({ search })} />
        )}
      </>
    )
  },
})
const scopeRoute = createRoute({
  getParentRoute: () => groupRoute,
  path: '/scope',
  staticData: { title: 'Scope', section: 'scope' },
  validateSearch: (raw: Raw): TableSearch & { state?: string } => {
    const state = oneOf(raw.state, ['ACTIVE', 'INACTIVE'])
    return { ...readTableSearch(raw, []), ...(state ? { state } : {}) }
  },
  loaderDeps: ({ search: { after } }) => ({ after }),
  loader: ({ context: { client }, params, deps }) => {
    void client.prefetchQuery(rootsQuery(params.group))
    void client.prefetchQuery(scansQuery(params.group, deps.after))
  },
  component: lazyRouteComponent(async () => {
    const { ScopePage } = await import('./root/ScopePage')
    return {
      default: function Scope() {
        const { org, group } = scopeRoute.useParams()
        const { after, page, ...search } = scopeRoute.useSearch()
        const navigate = scopeRoute.useNavigate()
        const scans = (
          <ScansSection
            org={org}
            group={group}
            search={after && page ? { after, page } : {}}
            onSearch={change => void navigate({ search: { ...search, after, page, ...change } })}
          />
        )
        return <ScopePage scans={scans} />
      },
    }
  }),
})
const groupMembersRoute = createRoute({
  getParentRoute: () => groupRoute,
  path: '/members',
  staticData: { title: 'Members', section: 'members' },
  validateSearch: (raw: Raw) => readTableSearch(raw, []),
  loader: ({ context, params }) => {
    void context.client.prefetchQuery(groupMembersQuery(params.group))
  },
  component: lazyRouteComponent(() => import('./access/GroupMembersPage'), 'GroupMembersPage'),
})

const findingRoute = createRoute({
  getParentRoute: () => groupRoute,
  path: '/vulns/$finding',
  loader: ({ context, params }) => {
    void context.client.prefetchQuery(findingQuery(params.finding))
  },
  component: FindingLayout,
})
const findingIndexRoute = createRoute({
  getParentRoute: () => findingRoute,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ ...paths.locations(params.org, params.group, params.finding), replace: true })
  },
})
const locationsRoute = createRoute({
  getParentRoute: () => findingRoute,
  path: '/locations',
  staticData: { title: 'Locations' },
  validateSearch: (raw: Raw): LocationsSearch => {
    const state = oneOf(raw.state, locationStates)
    const treatment = oneOf(raw.treatment, locationTreatments)
    const reattack = oneOf(raw.reattack, locationReattacks)
    return {
      ...readTableSearch(raw, Object.keys(locationSorts)),
      ...(state ? { state } : {}),
      ...(treatment ? { treatment } : {}),
      ...(reattack ? { reattack } : {}),
    }
  },
  beforeLoad: ({ search, cause, params, preload }) => {
    if (preload) return
    const followed = followedFilters()
    const bare = !search.state && !search.treatment && !search.reattack
    if (cause === 'enter' && bare && Object.keys(followed).length > 0 && Object.keys(search).length === 0) {
      throw redirect({
        ...paths.locations(params.org, params.group, params.finding),
        search: followed,
        replace: true,
      })
    }
    rememberFilters(search)
  },
  loaderDeps: ({ search: { q, sort, after, state, treatment, reattack } }) => ({
    q,
    sort,
    after,
    state,
    treatment,
    reattack,
  }),
  loader: ({ context: { client }, params, deps }) => {
    void client.prefetchQuery(locationsQuery(params.finding, deps, pageSizeOf(client)))
  },
  component: LocationsPage,
})
const locationRoute = createRoute({
  getParentRoute: () => locationsRoute,
  path: '/$vulnerability',
  staticData: { title: 'Location' },
  loader: ({ context, params }) => {
    void context.client.prefetchQuery(locationQuery(params.vulnerability))
  },
  component: LocationDrawer,
})
const descriptionRoute = createRoute({
  getParentRoute: () => findingRoute,
  path: '/description',
  staticData: { title: 'Description' },
  component: lazyRouteComponent(() => import('./finding/DescriptionPage'), 'DescriptionPage'),
})
const severityRoute = createRoute({
  getParentRoute: () => findingRoute,
  path: '/severity',
  staticData: { title: 'Severity' },
  component: lazyRouteComponent(() => import('./finding/SeverityPage'), 'SeverityPage'),
})

const tokensRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/user/tokens',
  staticData: { title: 'API tokens' },
  loader: ({ context }) => {
    void context.client.prefetchQuery(tokensQuery)
  },
  component: lazyRouteComponent(() => import('./access/TokensPage'), 'TokensPage'),
})
const sessionsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/user/sessions',
  staticData: { title: 'Sessions' },
  loader: ({ context }) => {
    void context.client.prefetchQuery(sessionsQuery)
  },
  component: lazyRouteComponent(() => import('./access/SessionsPage'), 'SessionsPage'),
})
const usersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/admin/users',
  staticData: { title: 'Users' },
  validateSearch: (raw: Raw) => readTableSearch(raw, []),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { client }, deps }) => {
    void client.prefetchQuery(usersQuery(deps, pageSizeOf(client)))
  },
  component: lazyRouteComponent(() => import('./access/UsersPage'), 'UsersPage'),
})
const jobsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/admin/jobs',
  staticData: { title: 'Jobs' },
  validateSearch: (raw: Raw): JobsSearch => {
    const state = oneOf(raw.state, jobStates)
    return { ...readTableSearch(raw, []), ...(state ? { state } : {}) }
  },
  loaderDeps: ({ search }) => search,
  loader: ({ context: { client }, deps }) => {
    void client.prefetchQuery(jobsQuery(deps, pageSizeOf(client)))
  },
  component: lazyRouteComponent(() => import('./job/JobsPage'), 'JobsPage'),
})

// Old addresses lead on to the new ones.

const oldGroupRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/groups/$group/{-$section}',
  loader: async ({ context, params }) => {
    const group = await context.client.ensureQueryData(groupQuery(params.group))
    const to =
      params.section === 'scope'
        ? paths.scope
        : params.section === 'stakeholders' || params.section === 'members'
          ? paths.groupMembers
          : paths.findings
    throw redirect({ ...to(group.organization, params.group), replace: true })
  },
  errorComponent: ({ error }) => (
    <Page title="Group">
      <Failure error={asError(error)} />
    </Page>
  ),
})
const oldOrganizationStakeholdersRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/stakeholders',
  beforeLoad: ({ params }) => {
    throw redirect({ ...paths.organizationMembers(params.org), replace: true })
  },
})
const oldGroupStakeholdersRoute = createRoute({
  getParentRoute: () => groupRoute,
  path: '/stakeholders',
  beforeLoad: ({ params }) => {
    throw redirect({ ...paths.groupMembers(params.org, params.group), replace: true })
  },
})

const routeTree = rootRoute.addChildren([
  signInRoute,
  passwordRoute,
  docsRoute,
  confirmAccessRoute,
  rejectAccessRoute,
  confirmOrganizationRoute,
  rejectOrganizationRoute,
  appRoute.addChildren([
    homeRoute,
    organizationRoute.addChildren([
      organizationIndexRoute,
      groupsRoute,
      organizationMembersRoute,
      oldOrganizationStakeholdersRoute,
      groupRoute.addChildren([
        groupIndexRoute,
        findingsRoute,
        scopeRoute,
        groupMembersRoute,
        oldGroupStakeholdersRoute,
        findingRoute.addChildren([
          findingIndexRoute,
          locationsRoute.addChildren([locationRoute]),
          descriptionRoute,
          severityRoute,
        ]),
      ]),
    ]),
    tokensRoute,
    sessionsRoute,
    usersRoute,
    jobsRoute,
    oldGroupRoute,
  ]),
])

/** Makes the router over the client that keeps what the server said. */
export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree,
    context: { client },
    defaultPreload: 'intent',
    // The query cache decides what is fresh.
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultErrorComponent: ({ error, reset }) => (
      <Page title="Something went wrong">
        <Failure error={asError(error)} onRetry={reset} />
      </Page>
    ),
    defaultNotFoundComponent: NotFound,
  })
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

function NotFound() {
  return (
    <Page title="No such page">
      <EmptyState title="Nothing lies at this address" next={<a href="/home">Go to Home</a>}>
        The link may be old, or cut short.
      </EmptyState>
    </Page>
  )
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
  interface StaticDataRouteOption {
    /** Last step of the breadcrumb. */
    title?: string
    /** Which section of a group the page is, for the switch between groups. */
    section?: 'findings' | 'scope' | 'members'
  }
}
