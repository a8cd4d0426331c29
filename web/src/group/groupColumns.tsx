import type { GroupRowFragment } from '../api/generated/graphql'
import { roleWord } from '../api/me'
import { Severity, SeverityBar } from '../ui/Severity'
import { Time } from '../ui/Time'
import type { Column } from '../ui/table'
import classes from './Groups.module.css'

/** What a list of groups tells of each. */
export const groupColumns: Column<GroupRowFragment>[] = [
  {
    id: 'group',
    header: 'Group',
    cell: row => (
      <span className={classes.group}>
        <b>{row.name}</b>
        <span className={classes.description}>{row.description}</span>
      </span>
    ),
    text: row => row.name ?? '',
    card: 'title',
  },
  {
    id: 'organization',
    header: 'Organization',
    cell: row => row.organization,
    text: row => row.organization,
    width: 100,
  },
  {
    id: 'severity',
    header: 'Open by severity',
    cell: row => <SeverityBar counts={row.openBySeverity} />,
    text: row =>
      `${row.openBySeverity.critical} critical, ${row.openBySeverity.high} high, ${row.openBySeverity.medium} medium, ${row.openBySeverity.low} low`,
    width: 150,
    card: 'fact',
  },
  {
    id: 'worst',
    header: 'Worst open',
    cell: row => ((row.maxOpenSeverity ?? 0) > 0 ? <Severity score={row.maxOpenSeverity ?? 0} /> : '—'),
    text: row => String(row.maxOpenSeverity ?? 0),
    width: 124,
  },
  {
    id: 'findings',
    header: 'Findings',
    cell: row => row.openFindings ?? 0,
    text: row => String(row.openFindings ?? 0),
    align: 'right',
    width: 86,
    optional: true,
  },
  {
    id: 'open',
    header: 'Open',
    cell: row => (row.openVulnerabilities ?? 0).toLocaleString('en'),
    text: row => String(row.openVulnerabilities ?? 0),
    align: 'right',
    width: 66,
    card: 'fact',
  },
  {
    id: 'exposure',
    header: 'Exposure',
    cell: row => row.exposure.toLocaleString('en', { maximumFractionDigits: 0 }),
    text: row => String(row.exposure),
    align: 'right',
    width: 88,
  },
  {
    id: 'scan',
    header: 'Last scan',
    cell: row => <Time at={row.scans.edges[0]?.node.importedAt} never="Never" />,
    text: row => row.scans.edges[0]?.node.importedAt ?? '',
    width: 110,
  },
  {
    id: 'role',
    header: 'Your role',
    cell: row => roleWord(row.userRole),
    text: row => roleWord(row.userRole),
    width: 165,
  },
]
