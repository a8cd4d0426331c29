import { Anchor, Button, Group, Skeleton, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { ask } from '../api/client'
import { type FindingQuery, UpdateDescriptionDocument } from '../api/generated/graphql'
import { groupQuery, permission } from '../api/permissions'
import { Action } from '../ui/Action'
import { FormError } from '../ui/Failure'
import { Section } from '../ui/Page'
import classes from './DescriptionPage.module.css'
import { findingQuery } from './findingQuery'

type Finding = NonNullable<FindingQuery['finding']>

const route = getRouteApi('/app/orgs/$org/groups/$group/vulns/$finding/description')

/** What a finding is: description, threat, how it is attacked, how to mend it, what it breaks. */
export function DescriptionPage() {
  const { group, finding: id } = route.useParams()
  const { data: finding } = useQuery(findingQuery(id))
  const { data: known } = useQuery(groupQuery(group))
  const [editing, setEditing] = useState(false)
  if (!finding) {
    return <Skeleton height={240} />
  }
  if (editing) {
    return <DescriptionForm finding={finding} onClose={() => setEditing(false)} />
  }
  return (
    <div className={classes.page}>
      <div>
        <Group justify="flex-end" className={classes.actions}>
          <Action
            variant="default"
            needs={permission.updateDescription}
            permissions={known?.permissions}
            onClick={() => setEditing(true)}
          >
            Edit
          </Action>
        </Group>
        <Part title="Description" text={finding.description} />
        <Part title="Threat" text={finding.threat} />
        <Part title="How it is attacked" text={finding.attackVectorDescription} />
        <Part title="Recommendation" text={finding.recommendation} />
      </div>
      <aside className={classes.aside}>
        <Section title="Weakness type">
          {finding.cwe.length === 0 && <Text c="dimmed">No CWE is known.</Text>}
          {finding.cwe.map(cwe => (
            <Anchor
              key={cwe}
              href={`https://cwe.mitre.org/data/definitions/${cwe}.html`}
              target="_blank"
              rel="noreferrer"
              size="sm"
            >
              CWE-{cwe}
            </Anchor>
          ))}
        </Section>
        <Section title="Requirements it breaks">
          {finding.unfulfilledRequirements.length === 0 && <Text c="dimmed">None are named.</Text>}
          {finding.unfulfilledRequirements.map(requirement => (
            <div key={requirement.id}>
              <Text size="sm" fw={500}>
                {requirement.id}. {requirement.title}
              </Text>
              <Text size="sm" c="dimmed">
                {requirement.summary}
              </Text>
            </div>
          ))}
        </Section>
        {finding.minTimeToRemediate !== null && finding.minTimeToRemediate !== undefined && (
          <Section title="Time to mend">
            <Text size="sm">{finding.minTimeToRemediate} minutes at least</Text>
          </Section>
        )}
      </aside>
    </div>
  )
}

function Part({ title, text }: { title: string; text: string }) {
  return (
    <section className={classes.part} aria-label={title}>
      <h2 className={classes.title}>{title}</h2>
      <Text className={classes.text}>{text || '—'}</Text>
    </section>
  )
}

function DescriptionForm({ finding, onClose }: { finding: Finding; onClose: () => void }) {
  const client = useQueryClient()
  const [typed, setTyped] = useState({
    title: finding.title,
    description: finding.description,
    threat: finding.threat,
    attackVectorDescription: finding.attackVectorDescription,
    recommendation: finding.recommendation,
  })
  const update = useMutation({
    mutationFn: () => ask(UpdateDescriptionDocument, { id: finding.id, ...typed }),
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['finding', finding.id] }),
        client.invalidateQueries({ queryKey: ['findings'] }),
        client.invalidateQueries({ queryKey: ['findingTitles'] }),
      ])
      notifications.show({ message: 'The description was saved.' })
      onClose()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    update.mutate()
  }
  const released = finding.status !== 'DRAFT'
  const area = (name: keyof typeof typed, label: string, most: number) => (
    <Textarea
      label={label}
      description={`${typed[name].length} of ${most} characters`}
      required
      withAsterisk={false}
      maxLength={most}
      autosize
      minRows={3}
      value={typed[name]}
      onChange={event => {
        const { value } = event.currentTarget
        setTyped(old => ({ ...old, [name]: value }))
      }}
    />
  )
  return (
    <form onSubmit={submit}>
      <Stack gap="md" maw={760}>
        <TextInput
          label="Title"
          description={
            released
              ? 'The title stays once locations of the finding are released.'
              : 'A title of the catalogue, with its code.'
          }
          required
          withAsterisk={false}
          disabled={released}
          value={typed.title}
          onChange={event => {
            const { value } = event.currentTarget
            setTyped(old => ({ ...old, title: value }))
          }}
        />
        {area('description', 'Description', 1000)}
        {area('threat', 'Threat', 650)}
        {area('attackVectorDescription', 'How it is attacked', 650)}
        {area('recommendation', 'Recommendation', 500)}
        <FormError error={update.error} />
        <Group gap="xs">
          <Button type="submit" loading={update.isPending}>
            Save
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
