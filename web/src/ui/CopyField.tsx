import { ActionIcon, CopyButton, TextInput, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import classes from './CopyField.module.css'

/** A value in a field that is there to be copied. */
export function CopyField({ label, value, what }: { label: string; value: string; what: string }) {
  return (
    <TextInput
      label={label}
      value={value}
      readOnly
      spellCheck={false}
      autoComplete="off"
      onFocus={event => event.currentTarget.select()}
      classNames={{ input: classes.mono }}
      rightSection={<Copy value={value} what={what} />}
    />
  )
}

/** Text in several lines with a button that copies it. */
export function CopyBlock({ value, what }: { value: string; what: string }) {
  return (
    <div className={classes.block}>
      <pre className={classes.pre}>{value}</pre>
      <span className={classes.corner}>
        <Copy value={value} what={what} />
      </span>
    </div>
  )
}

/** A button that copies a text and says so. */
export function Copy({ value, what }: { value: string; what: string }) {
  return (
    <CopyButton value={value} timeout={1500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : `Copy ${what}`}>
          <ActionIcon
            variant="subtle"
            color={copied ? 'teal' : 'gray'}
            aria-label={`Copy ${what}`}
            onClick={copy}
          >
            {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  )
}
