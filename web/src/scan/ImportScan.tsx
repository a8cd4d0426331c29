import {
  Alert,
  Button,
  FileInput,
  Group,
  Modal,
  NativeSelect,
  Progress,
  Stack,
  Switch,
  Text,
} from '@mantine/core'
import { IconFileCode } from '@tabler/icons-react'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { ApiError, ask, present, upload } from '../api/client'
import {
  ImportJobDocument,
  ImportScanDocument,
  ImportTargetsDocument,
  type ReceiptFragment,
} from '../api/generated/graphql'
import { paths } from '../paths'
import { FormError } from '../ui/Failure'
import { Receipt } from './Receipt'

const mostBytes = 256 * 1024 * 1024

/** Active roots of a group, into which a scan can go. */
const targetsQuery = (group: string) =>
  queryOptions({
    queryKey: ['importTargets', group],
    queryFn: async ({ signal }) => {
      const { group: found } = await ask(ImportTargetsDocument, { group }, signal)
      return present(found?.roots)
        .filter(root => root.state === 'ACTIVE')
        .map(root => root.nickname)
    },
  })

interface ImportScanProps {
  org: string
  group: string
  /** Nickname of the root chosen at first. */
  root: string | undefined
  onClose: () => void
}

/** Imports a scanner's file: choose, try dry if wanted, watch, read the receipt. The import goes on when this is closed. */
export function ImportScan({ org, group, root: wanted, onClose }: ImportScanProps) {
  const { data: roots } = useQuery(targetsQuery(group))
  const [chosen, setChosen] = useState<string>()
  const [file, setFile] = useState<File | null>(null)
  const [sent, setSent] = useState(0)
  const stop = useRef<AbortController>(undefined)
  const root = chosen ?? roots?.find(name => name === wanted) ?? roots?.[0]

  const send = useMutation({
    mutationFn: async ({ dry, file, root }: { dry: boolean; file: File; root: string }) => {
      setSent(0)
      stop.current = new AbortController()
      // A dry run is waited for; an import is followed, and goes on without this page.
      const variables = { group, root, file, dryRun: dry, wait: dry }
      const answer = await upload(ImportScanDocument, variables, setSent, stop.current.signal)
      return { dry, job: answer.importScan.job?.id ?? null, receipt: answer.importScan.receipt ?? null }
    },
  })
  const job = useImportJob(send.data?.job ?? null)
  const receipt: ReceiptFragment | null = send.data?.receipt ?? job.data?.receipt ?? null
  const failed = job.data?.state === 'FAILED' || job.data?.state === 'CANCELLED'
  const running = send.isPending || (Boolean(send.data?.job) && !receipt && !failed && !job.error)
  const problem =
    send.error instanceof DOMException
      ? null
      : (send.error ??
        job.error ??
        (failed ? new ApiError(job.data?.problem ?? 'The import was called off.') : null))

  function close() {
    if (send.isPending) stop.current?.abort()
    onClose()
  }

  return (
    <Modal opened onClose={close} title={`Import a scan into ${group}`} size="lg">
      {roots?.length === 0 ? (
        <Stack gap="sm">
          <Text>
            A scan is imported into a root: the repository, address or URL that was scanned. {group} has no
            active root yet.
          </Text>
          <Group justify="flex-end">
            <Button renderRoot={props => <Link {...paths.scope(org, group)} {...props} />}>Add a root</Button>
          </Group>
        </Stack>
      ) : receipt ? (
        <Stack gap="md">
          <Receipt receipt={receipt} dryRun={send.data?.dry ?? false} />
          <Group justify="flex-end" gap="xs">
            {send.data?.dry && file && root ? (
              <>
                <Button variant="default" onClick={() => send.reset()}>
                  Choose another file
                </Button>
                <Button onClick={() => send.mutate({ dry: false, file, root })}>Import it for real</Button>
              </>
            ) : (
              <>
                <Button
                  variant="default"
                  onClick={() => {
                    setFile(null)
                    send.reset()
                  }}
                >
                  Import another
                </Button>
                <Button onClick={close}>Done</Button>
              </>
            )}
          </Group>
        </Stack>
      ) : running ? (
        <ImportProgress
          sent={sent}
          sending={send.isPending}
          done={job.data?.done ?? 0}
          total={job.data?.total ?? 0}
          onClose={close}
        />
      ) : (
        <ImportForm
          roots={roots ?? []}
          root={root}
          onRoot={setChosen}
          file={file}
          onFile={setFile}
          problem={problem}
          onCancel={close}
          onSend={(root, file, dry) => send.mutate({ dry, file, root })}
        />
      )}
    </Modal>
  )
}

interface ImportFormProps {
  roots: readonly string[]
  root: string | undefined
  onRoot: (root: string) => void
  file: File | null
  onFile: (file: File | null) => void
  problem: Error | null
  onCancel: () => void
  onSend: (root: string, file: File, dryRun: boolean) => void
}

function ImportForm({ roots, root, onRoot, file, onFile, problem, onCancel, onSend }: ImportFormProps) {
  const [dryRun, setDryRun] = useState(false)
  function submit(event: FormEvent) {
    event.preventDefault()
    if (file && root) onSend(root, file, dryRun)
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <NativeSelect
          label="Root"
          description="What was scanned"
          value={root ?? ''}
          data={[...roots]}
          onChange={event => onRoot(event.currentTarget.value)}
        />
        <FileInput
          label="File"
          description="SARIF 2.1.0, at most 256 MiB"
          placeholder="Choose a file"
          accept=".sarif,.json,application/sarif+json,application/json"
          leftSection={<IconFileCode size={16} aria-hidden="true" />}
          value={file}
          onChange={onFile}
          clearable
          error={file && file.size > mostBytes ? 'The file is larger than 256 MiB.' : undefined}
          data-autofocus
        />
        <Switch
          label="Dry run"
          description="Only tells what would happen; nothing changes"
          checked={dryRun}
          onChange={event => setDryRun(event.currentTarget.checked)}
        />
        <FormError error={problem} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" disabled={!file || !root || file.size > mostBytes}>
            {dryRun ? 'Try it' : 'Import'}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

interface ImportProgressProps {
  sent: number
  sending: boolean
  done: number
  total: number
  onClose: () => void
}

function ImportProgress({ sent, sending, done, total, onClose }: ImportProgressProps) {
  const uploading = sending && sent < 1
  const share = uploading ? sent : total > 0 ? done / total : 1
  const words = uploading
    ? `Sending the file, ${Math.round(sent * 100)} %`
    : total > 0
      ? `Reading the results, ${Math.round(share * 100)} %`
      : 'Reading the results'
  return (
    <Stack gap="sm">
      <Text role="status">{words}</Text>
      <Progress
        value={share * 100}
        animated={!uploading && total === 0}
        striped={!uploading && total === 0}
        size="md"
        aria-label="Import"
      />
      {sending ? (
        <Text size="sm" c="dimmed">
          Closing this stops the upload.
        </Text>
      ) : (
        <Alert p="xs">
          You can close this; the import goes on, and its receipt will stand on the scope page.
        </Alert>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {sending ? 'Stop' : 'Leave it to run'}
        </Button>
      </Group>
    </Stack>
  )
}

/** Follows an import; once it is over, what depends on it is read again. */
function useImportJob(id: string | null) {
  const client = useQueryClient()
  const job = useQuery({
    queryKey: ['job', id],
    queryFn: async ({ signal }) => {
      const { job: found } = await ask(ImportJobDocument, { id: id ?? '' }, signal)
      if (!found)
        throw new ApiError('The import is not known any more. Its receipt stands on the scope page.')
      return found
    },
    enabled: id !== null,
    refetchInterval: query => (over(query.state.data?.state) ? false : 500),
    staleTime: 0,
  })
  const ended = over(job.data?.state)
  useEffect(() => {
    if (ended) {
      void client.invalidateQueries({
        predicate: query =>
          [
            'findings',
            'findingTitles',
            'finding',
            'locations',
            'group',
            'groups',
            'home',
            'scans',
            'roots',
          ].includes(String(query.queryKey[0])),
      })
    }
  }, [ended, client])
  return job
}

function over(state: string | undefined): boolean {
  return state === 'DONE' || state === 'FAILED' || state === 'CANCELLED'
}
