import { Button, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { ask } from '../api/client'
import { UpdateSeverityDocument } from '../api/generated/graphql'
import { groupQuery, permission } from '../api/permissions'
import { Action } from '../ui/Action'
import { Copy } from '../ui/CopyField'
import { FormError } from '../ui/Failure'
import { Section } from '../ui/Page'
import { Severity } from '../ui/Severity'
import { baseMetrics, parseVector, scores, temporalMetrics } from './cvss'
import { findingQuery } from './findingQuery'
import classes from './SeverityPage.module.css'

const route = getRouteApi('/app/orgs/$org/groups/$group/vulns/$finding/severity')

/** How bad a finding is by its CVSS 3.1 vector, in words; the vector can be changed. */
export function SeverityPage() {
  const { group, finding: id } = route.useParams()
  const { data: finding } = useQuery(findingQuery(id))
  const { data: known } = useQuery(groupQuery(group))
  const [editing, setEditing] = useState(false)
  if (!finding) {
    return <Skeleton height={240} />
  }
  return (
    <>
      <Section
        title="CVSS 3.1"
        lead="The temporal score of the finding's vector. A location without a vector of its own has this one."
        actions={
          !editing && (
            <Action
              variant="default"
              needs={permission.updateSeverity}
              permissions={known?.permissions}
              onClick={() => setEditing(true)}
            >
              Edit vector
            </Action>
          )
        }
      >
        {editing ? (
          <VectorForm id={id} vector={finding.severityVector} onClose={() => setEditing(false)} />
        ) : (
          <Group gap="lg">
            <span className={classes.score}>
              <Severity score={finding.severityScore} />
            </span>
            <Group gap={4}>
              <code>{finding.severityVector}</code>
              <Copy value={finding.severityVector} what="the vector" />
            </Group>
          </Group>
        )}
      </Section>
      {!editing && <Metrics vector={finding.severityVector} />}
    </>
  )
}

function Metrics({ vector }: { vector: string }) {
  const chosen = parseVector(vector)
  if (!chosen) return null
  return (
    <dl className={classes.metrics} aria-label="Metrics">
      {[...baseMetrics, ...temporalMetrics].map(metric => {
        const value = chosen.get(metric.key) ?? 'X'
        const word = metric.values.find(([each]) => each === value)?.[1] ?? 'Not defined'
        return (
          <div key={metric.key} className={classes.metric}>
            <dt>{metric.name}</dt>
            <dd>{word}</dd>
          </div>
        )
      })}
    </dl>
  )
}

function VectorForm({ id, vector, onClose }: { id: string; vector: string; onClose: () => void }) {
  const client = useQueryClient()
  const [typed, setTyped] = useState(vector)
  const chosen = parseVector(typed)
  const update = useMutation({
    mutationFn: () => ask(UpdateSeverityDocument, { id, vector: typed.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({
        predicate: query =>
          ['finding', 'findings', 'locations', 'group', 'groups', 'home'].includes(String(query.queryKey[0])),
      })
      notifications.show({
        message: 'The severity was saved; locations without a vector of their own follow it.',
      })
      onClose()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    update.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm" maw={640}>
        <TextInput
          label="Vector"
          description="All eight base metrics, in any order; temporal and environmental ones as needed"
          required
          withAsterisk={false}
          spellCheck={false}
          value={typed}
          error={typed !== '' && !chosen && 'This is no CVSS 3.1 vector yet.'}
          onChange={event => setTyped(event.currentTarget.value)}
          classNames={{ input: classes.mono }}
        />
        {chosen && (
          <Group gap="xs" role="status">
            <Text size="sm" c="dimmed">
              Temporal score
            </Text>
            <Severity score={scores(chosen).temporal} />
          </Group>
        )}
        <FormError error={update.error} />
        <Group gap="xs">
          <Button type="submit" loading={update.isPending} disabled={!chosen}>
            Save the severity
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
