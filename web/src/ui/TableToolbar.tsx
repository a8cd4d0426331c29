import {
  ActionIcon,
  Button,
  Checkbox,
  CloseButton,
  Group,
  Menu,
  Popover,
  Text,
  TextInput,
  Tooltip,
} from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconChevronDown, IconChevronUp, IconColumns3, IconDownload, IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import classes from './TableToolbar.module.css'
import type { Column, TableFilter, TableLayout, TableSearch } from './table'

interface TableToolbarProps<Row> {
  columns: readonly Column<Row>[]
  hidden: readonly string[]
  onLayout: (change: Partial<TableLayout>) => void
  search: TableSearch
  searchLabel: string | undefined
  onSearch: (change: Record<string, unknown>) => void
  filters: readonly TableFilter[]
  selectedCount: number
  onClearSelection: () => void
  onExport: () => Promise<void>
}

const fromStart = { after: undefined, page: undefined }

/** Above a table: search, filters as chips, and at the right what concerns the table itself. */
export function TableToolbar<Row>(props: TableToolbarProps<Row>) {
  const { filters, onSearch } = props
  const search = props.search as TableSearch & Record<string, unknown>
  const set = filters.filter(filter => search[filter.id] !== undefined)
  const hiding = set.length + (search.q ? 1 : 0)
  const [exporting, setExporting] = useState(false)
  return (
    <div className={classes.toolbar}>
      {props.searchLabel && (
        <SearchField
          label={props.searchLabel}
          value={search.q ?? ''}
          onSearch={q => onSearch({ ...fromStart, q: q || undefined })}
        />
      )}
      {filters.map(filter => (
        <FilterChip
          key={filter.id}
          filter={filter}
          value={search[filter.id] as string | undefined}
          onChange={value => onSearch({ ...fromStart, [filter.id]: value })}
        />
      ))}
      {hiding > 0 && (
        <Button
          variant="subtle"
          color="gray"
          onClick={() =>
            onSearch({
              ...fromStart,
              q: undefined,
              ...Object.fromEntries(filters.map(f => [f.id, undefined])),
            })
          }
        >
          Clear {hiding === 1 ? 'filter' : `${hiding} filters`}
        </Button>
      )}
      <Group gap={4} ml="auto">
        {props.selectedCount > 0 && (
          <Button
            variant="light"
            onClick={props.onClearSelection}
            rightSection={<span aria-hidden="true">×</span>}
          >
            {props.selectedCount} selected
          </Button>
        )}
        <Tooltip
          label={
            props.selectedCount > 0 ? 'Download the selected rows as CSV' : 'Download as CSV what is listed'
          }
        >
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Download CSV"
            loading={exporting}
            onClick={() => {
              setExporting(true)
              void props.onExport().finally(() => setExporting(false))
            }}
          >
            <IconDownload size={16} />
          </ActionIcon>
        </Tooltip>
        <ColumnChooser columns={props.columns} hidden={props.hidden} onLayout={props.onLayout} />
      </Group>
    </div>
  )
}

function SearchField({
  label,
  value,
  onSearch,
}: {
  label: string
  value: string
  onSearch: (q: string) => void
}) {
  const [typed, setTyped] = useState(value)
  const [seen, setSeen] = useState(value)
  // The address may change on its own (back, clear): then the field follows, unless it says the same already.
  if (value !== seen) {
    setSeen(value)
    if (value !== typed.trim()) setTyped(value)
  }
  const later = useDebouncedCallback((q: string) => onSearch(q.trim()), 250)
  return (
    <TextInput
      className={classes.search}
      size="xs"
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={14} aria-hidden="true" />}
      value={typed}
      onChange={event => {
        setTyped(event.currentTarget.value)
        later(event.currentTarget.value)
      }}
      rightSection={
        typed && (
          <CloseButton
            size="xs"
            aria-label="Clear search"
            onClick={() => {
              setTyped('')
              onSearch('')
            }}
          />
        )
      }
    />
  )
}

interface FilterChipProps {
  filter: TableFilter
  value: string | undefined
  onChange: (value: string | undefined) => void
}

function FilterChip({ filter, value, onChange }: FilterChipProps) {
  const chosen = filter.options.find(option => option.value === value)
  return (
    <Menu>
      <Menu.Target>
        <button type="button" className={classes.chip} data-set={chosen ? true : undefined}>
          <span className={classes.chipLabel}>{filter.label}</span>
          {chosen && <span>{chosen.label}</span>}
          <IconChevronDown size={12} aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {filter.options.map(option => (
          <Menu.Item
            key={option.value}
            onClick={() => onChange(option.value)}
            fw={option.value === value ? 600 : 400}
          >
            {option.label}
          </Menu.Item>
        ))}
        {chosen && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={() => onChange(undefined)}>Any</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

interface ColumnChooserProps<Row> {
  columns: readonly Column<Row>[]
  hidden: readonly string[]
  onLayout: (change: Partial<TableLayout>) => void
}

function ColumnChooser<Row>({ columns, hidden, onLayout }: ColumnChooserProps<Row>) {
  const ids = columns.map(column => column.id)
  function move(id: string, step: number) {
    const from = ids.indexOf(id)
    const order = ids.filter(each => each !== id)
    order.splice(from + step, 0, id)
    onLayout({ order })
  }
  return (
    <Popover position="bottom-end" shadow="md">
      <Popover.Target>
        <Tooltip label="Columns">
          <ActionIcon variant="subtle" color="gray" aria-label="Columns">
            <IconColumns3 size={16} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p="xs">
        {columns.map((column, at) => (
          <Group key={column.id} gap={4} wrap="nowrap" justify="space-between" miw={200} py={2}>
            <Checkbox
              size="xs"
              label={column.header}
              checked={!hidden.includes(column.id)}
              disabled={columns.length - hidden.length === 1 && !hidden.includes(column.id)}
              onChange={event =>
                onLayout({
                  hidden: event.currentTarget.checked
                    ? hidden.filter(id => id !== column.id)
                    : [...hidden, column.id],
                })
              }
            />
            <Group gap={0} wrap="nowrap">
              <ActionIcon
                size="xs"
                variant="subtle"
                color="gray"
                aria-label={`Move ${column.header} to the left`}
                disabled={at === 0}
                onClick={() => move(column.id, -1)}
              >
                <IconChevronUp size={12} />
              </ActionIcon>
              <ActionIcon
                size="xs"
                variant="subtle"
                color="gray"
                aria-label={`Move ${column.header} to the right`}
                disabled={at === columns.length - 1}
                onClick={() => move(column.id, 1)}
              >
                <IconChevronDown size={12} />
              </ActionIcon>
            </Group>
          </Group>
        ))}
        <Text size="xs" c="dimmed" mt={4}>
          Remembered with your account
        </Text>
      </Popover.Dropdown>
    </Popover>
  )
}
