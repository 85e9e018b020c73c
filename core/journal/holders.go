package journal

import "context"

// Holders lists the sessions of an account that count against its budget now: those of the programs of this
// computer, and those left open.
func (p *Places) Holders(ctx context.Context, account string) ([]Holder, error) {
	now, err := p.j.standing(ctx, p.j.db, Want{Account: account}, nil)
	if err != nil {
		return nil, p.j.problem("list the sessions of an account", err)
	}
	return now.holders, nil
}
