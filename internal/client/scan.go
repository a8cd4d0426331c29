package client

import "context"

// Receipt tells what became of every result of a scan; see ScanReceipt in the API.
type Receipt struct {
	Read         int         `json:"read"`
	Created      int         `json:"created"`
	Unchanged    int         `json:"unchanged"`
	Moved        int         `json:"moved"`
	Reopened     int         `json:"reopened"`
	Duplicate    int         `json:"duplicate"`
	NotAWeakness int         `json:"notAWeakness"`
	Suppressed   int         `json:"suppressed"`
	Rejected     int         `json:"rejected"`
	Closed       int         `json:"closed"`
	Notes        []string    `json:"notes"`
	Rejections   []Rejection `json:"rejections"`
}

// Rejection is a result that could not be taken.
type Rejection struct {
	Place  string `json:"place"`
	Reason string `json:"reason"`
}

const importScan = `
mutation importScan($groupName: String!, $rootNickname: String!, $file: Upload!, $dryRun: Boolean) {
  importScan(groupName: $groupName, rootNickname: $rootNickname, file: $file, dryRun: $dryRun) {
    receipt {
      read created unchanged moved reopened duplicate notAWeakness suppressed rejected closed notes
      rejections { place reason }
    }
  }
}`

// Import says where a scan belongs.
type Import struct {
	// Group is the group's name, Root the nickname of the root that was scanned.
	Group, Root string
	// DryRun only tells what would happen.
	DryRun bool
}

// ImportScan imports a scanner's file and waits for its receipt. Errors of the server are a [Refused].
func (c *Client) ImportScan(ctx context.Context, i Import, file Upload) (Receipt, error) {
	var answer struct {
		ImportScan struct{ Receipt Receipt } `json:"importScan"`
	}
	variables := map[string]any{"groupName": i.Group, "rootNickname": i.Root, "dryRun": i.DryRun}
	err := c.Send(ctx, importScan, variables, file, &answer)
	return answer.ImportScan.Receipt, err
}
