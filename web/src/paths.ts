import { linkOptions } from '@tanstack/react-router'

/** Every link of the app is made here, typed by the router: a wrong link does not compile. */
export const paths = {
  signIn: (returnTo?: string) => linkOptions({ to: '/', search: returnTo ? { return: returnTo } : {} }),
  home: () => linkOptions({ to: '/home' }),
  newOrganization: () => linkOptions({ to: '/home', search: { create: 'organization' } }),
  groups: (org: string) => linkOptions({ to: '/orgs/$org/groups', params: { org } }),
  organizationMembers: (org: string) => linkOptions({ to: '/orgs/$org/members', params: { org } }),
  findings: (org: string, group: string) =>
    linkOptions({ to: '/orgs/$org/groups/$group/vulns', params: { org, group } }),
  importScan: (org: string, group: string, root?: string) =>
    linkOptions({
      to: '/orgs/$org/groups/$group/vulns',
      params: { org, group },
      search: { import: true, ...(root ? { root } : {}) },
    }),
  locations: (org: string, group: string, finding: string) =>
    linkOptions({ to: '/orgs/$org/groups/$group/vulns/$finding/locations', params: { org, group, finding } }),
  location: (org: string, group: string, finding: string, vulnerability: string) =>
    linkOptions({
      to: '/orgs/$org/groups/$group/vulns/$finding/locations/$vulnerability',
      params: { org, group, finding, vulnerability },
    }),
  description: (org: string, group: string, finding: string) =>
    linkOptions({
      to: '/orgs/$org/groups/$group/vulns/$finding/description',
      params: { org, group, finding },
    }),
  severity: (org: string, group: string, finding: string) =>
    linkOptions({ to: '/orgs/$org/groups/$group/vulns/$finding/severity', params: { org, group, finding } }),
  scope: (org: string, group: string) =>
    linkOptions({ to: '/orgs/$org/groups/$group/scope', params: { org, group } }),
  groupMembers: (org: string, group: string) =>
    linkOptions({ to: '/orgs/$org/groups/$group/members', params: { org, group } }),
  tokens: () => linkOptions({ to: '/user/tokens' }),
  sessions: () => linkOptions({ to: '/user/sessions' }),
  users: () => linkOptions({ to: '/admin/users' }),
  jobs: () => linkOptions({ to: '/admin/jobs' }),
  docs: (page?: string) => linkOptions({ to: '/docs/$', params: { _splat: page ?? '' } }),
}

/** Addresses that the server answers itself, outside the app. */
export const outside = {
  playground: '/api',
  docs: '/docs/',
}

/**
 * Where to go after signing in: a path of ours, or home. What begins with two slashes, or with a slash and a backslash,
 * would leave for another host.
 */
export function returnPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || !/^\/(?![/\\])/.test(wanted) || /^\/(?:$|\?)/.test(wanted)) {
    return '/home'
  }
  return wanted
}
