import { Kbd, Loader, Modal, Text, TextInput, useMantineColorScheme } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconArrowRight, IconBug, IconSearch, IconStack2, IconTargetArrow } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type LinkOptions, useNavigate, useParams } from '@tanstack/react-router'
import { type KeyboardEvent, useId, useState } from 'react'
import { ask } from '../api/client'
import { SearchDocument, type SearchQuery } from '../api/generated/graphql'
import { outside, paths } from '../paths'
import type { OpenDialog } from './Frame'
import classes from './SearchDialog.module.css'

interface Choice {
  id: string
  title: string
  detail: string
  icon: typeof IconBug
  choose: () => void
}

/** Search over groups, findings and roots, and what can be done from anywhere, by keyboard alone. */
export function SearchDialog({
  onClose,
  onDialog,
}: {
  onClose: () => void
  onDialog: (dialog: OpenDialog) => void
}) {
  const navigate = useNavigate()
  const list = useId()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const [text] = useDebouncedValue(typed.trim(), 150)
  const { data, isFetching, error } = useQuery({
    queryKey: ['search', text],
    queryFn: async ({ signal }) => (await ask(SearchDocument, { text }, signal)).search,
    enabled: text !== '',
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  })

  function go(link: LinkOptions) {
    onClose()
    void navigate(link)
  }
  const commands = useCommands(go, onDialog).filter(command =>
    command.title.toLowerCase().includes(typed.trim().toLowerCase()),
  )
  const found = text === '' ? [] : (data ?? []).map(result => choiceOf(result, go))
  const choices = [...found, ...commands]
  const current = Math.min(at, choices.length - 1)

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setAt(Math.min(Math.max(current + (event.key === 'ArrowDown' ? 1 : -1), 0), choices.length - 1))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      choices[current]?.choose()
    }
  }

  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      padding={0}
      size={600}
      yOffset="12vh"
      aria-label="Search"
    >
      <TextInput
        size="md"
        variant="unstyled"
        className={classes.field}
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={choices[current] ? `${list}-${current}` : undefined}
        aria-label="Search groups, findings and roots"
        placeholder="Search groups, findings and roots"
        leftSection={<IconSearch size={16} />}
        rightSection={isFetching && <Loader size={14} />}
        value={typed}
        onChange={event => {
          setTyped(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
        data-autofocus
      />
      <Choices
        list={list}
        choices={choices}
        current={current}
        onPoint={setAt}
        none={
          error ? 'Search did not answer. Try again.' : `Nothing that you may see matches “${typed.trim()}”.`
        }
      />
      <div className={classes.foot}>
        <span>
          <Kbd size="xs">↑</Kbd> <Kbd size="xs">↓</Kbd> move
        </span>
        <span>
          <Kbd size="xs">Enter</Kbd> open
        </span>
        <span>
          <Kbd size="xs">Esc</Kbd> close
        </span>
      </div>
    </Modal>
  )
}

interface ChoicesProps {
  list: string
  choices: readonly Choice[]
  current: number
  onPoint: (index: number) => void
  none: string
}

function Choices({ list, choices, current, onPoint, none }: ChoicesProps) {
  return (
    <div id={list} role="listbox" aria-label="Results" className={classes.list}>
      {choices.map((choice, index) => (
        <button
          type="button"
          key={choice.id}
          id={`${list}-${index}`}
          role="option"
          aria-selected={index === current}
          tabIndex={-1}
          className={classes.choice}
          ref={element => {
            if (index === current) element?.scrollIntoView({ block: 'nearest' })
          }}
          onMouseMove={() => onPoint(index)}
          onClick={choice.choose}
        >
          <choice.icon size={16} aria-hidden="true" />
          <span className={classes.title}>{choice.title}</span>
          <span className={classes.detail}>{choice.detail}</span>
        </button>
      ))}
      {choices.length === 0 && (
        <Text c="dimmed" p="md" ta="center">
          {none}
        </Text>
      )}
    </div>
  )
}

function choiceOf(result: SearchQuery['search'][number], go: (link: LinkOptions) => void): Choice {
  const { organizationName: org, groupName: group } = result
  const id = `${result.kind}-${result.id}`
  switch (result.kind) {
    case 'GROUP':
      return {
        id,
        title: result.title,
        detail: result.detail || org,
        icon: IconStack2,
        choose: () => go(paths.findings(org, group)),
      }
    case 'FINDING':
      return {
        id,
        title: result.title,
        detail: group,
        icon: IconBug,
        choose: () => go(paths.locations(org, group, result.id)),
      }
    case 'ROOT':
      return {
        id,
        title: result.title,
        detail: `${group} · ${result.detail}`,
        icon: IconTargetArrow,
        choose: () => go(paths.scope(org, group)),
      }
  }
}

function useCommands(go: (link: LinkOptions) => void, onDialog: (dialog: OpenDialog) => void): Choice[] {
  const { org, group } = useParams({ strict: false })
  const { setColorScheme } = useMantineColorScheme()
  const command = (title: string, choose: () => void): Choice => ({
    id: `command-${title}`,
    title,
    detail: '',
    icon: IconArrowRight,
    choose,
  })
  return [
    command('Go to Home', () => go(paths.home())),
    ...(org ? [command(`Go to the groups of ${org}`, () => go(paths.groups(org)))] : []),
    ...(org && group
      ? [
          command(`Go to the findings of ${group}`, () => go(paths.findings(org, group))),
          command(`Go to the scope of ${group}`, () => go(paths.scope(org, group))),
          command(`Import a scan into ${group}`, () => go(paths.importScan(org, group))),
        ]
      : []),
    command('Make an API token', () => onDialog('api')),
    command('Open the playground', () => window.location.assign(outside.playground)),
    command('Show keyboard shortcuts', () => onDialog('keys')),
    command('Use the light theme', () => setColorScheme('light')),
    command('Use the dark theme', () => setColorScheme('dark')),
  ]
}
