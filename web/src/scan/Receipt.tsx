import { Text } from '@mantine/core'
import type { ReceiptFragment } from '../api/generated/graphql'
import classes from './Receipt.module.css'

const lines: { key: keyof ReceiptFragment & string; word: string; explain: string }[] = [
  { key: 'created', word: 'created', explain: 'New locations' },
  { key: 'unchanged', word: 'unchanged', explain: 'Known, where they stood' },
  { key: 'moved', word: 'moved', explain: 'Known, on another line or path now' },
  { key: 'reopened', word: 'reopened', explain: 'Closed before, seen again' },
  { key: 'duplicate', word: 'duplicate', explain: 'Told twice by the same scan' },
  { key: 'notAWeakness', word: 'not a weakness', explain: 'Results whose kind is not fail' },
  { key: 'suppressed', word: 'suppressed', explain: 'Suppressed at the source' },
  { key: 'rejected', word: 'rejected', explain: 'Could not be taken' },
]

/** What became of every result of a scan. The numbers balance, and say so. */
export function Receipt({ receipt, dryRun = false }: { receipt: ReceiptFragment; dryRun?: boolean }) {
  const number = (key: keyof ReceiptFragment) => receipt[key] as number
  return (
    <section aria-label="Receipt">
      <Text fw={600} mb={4}>
        {receipt.read === 1 ? '1 result was read' : `${receipt.read.toLocaleString('en')} results were read`}
        {dryRun && '; nothing was changed'}
      </Text>
      <dl className={classes.lines}>
        {lines.map(({ key, word, explain }) => (
          <div key={key} className={classes.line} data-zero={number(key) === 0 || undefined}>
            <dd className="tabular">{number(key).toLocaleString('en')}</dd>
            <dt>
              {word} <span>{explain}</span>
            </dt>
          </div>
        ))}
        <div className={`${classes.line} ${classes.apart}`} data-zero={receipt.closed === 0 || undefined}>
          <dd className="tabular">{receipt.closed.toLocaleString('en')}</dd>
          <dt>
            {dryRun ? 'would be closed' : 'closed'} <span>Open before, no longer seen by this tool</span>
          </dt>
        </div>
      </dl>
      {receipt.notes.length > 0 && (
        <ul className={classes.notes}>
          {receipt.notes.map(note => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {receipt.rejections.length > 0 && (
        <details className={classes.rejections}>
          <summary>Why {receipt.rejected === 1 ? 'one was' : `${receipt.rejected} were`} rejected</summary>
          <ul className={classes.notes}>
            {receipt.rejections.map(rejection => (
              <li key={`${rejection.place} ${rejection.reason}`}>
                <code>{rejection.place}</code> {rejection.reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}
