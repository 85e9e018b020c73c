package psrp_test

import (
	"fmt"

	"github.com/google/uuid"

	"tenantry/core/clixml"
	"tenantry/core/psrp"
)

// A client asks a server for mailboxes. The bytes go from hand to hand here; WSMan carries them otherwise.
func Example() {
	client := psrp.NewClient(psrp.ClientConfig{})
	server := psrp.NewServer(psrp.ServerConfig{})

	creation, err := client.Open()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, err := range server.Receive(uuid.Nil, creation) {
		if err != nil {
			fmt.Println(err)
		}
	}
	for _, p := range server.Take() {
		for _, err := range client.Receive(p.Pipeline, p.Data) {
			if err != nil {
				fmt.Println(err)
			}
		}
	}
	fmt.Println("pool:", client.State(), "protocol", client.Protocol())

	id, first, err := client.CreatePipeline(psrp.SingleCommand("Get-Mailbox",
		psrp.Named("Identity", clixml.NewString("anna"))))
	if err != nil {
		fmt.Println(err)
		return
	}
	for ev, err := range server.Receive(id, first) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		if m, ok := ev.Message.(*psrp.CreatePipeline); ok {
			command := m.Pipeline.Statements[0][0]
			fmt.Println("server runs", command.Name, "-"+command.Parameters[0].Name, command.Parameters[0].Value.Str())
			_ = server.Write(ev.Pipeline, psrp.Warning("slow today"))
			_ = server.Output(ev.Pipeline, clixml.NewString("Anna's mailbox"))
			_ = server.Finish(ev.Pipeline, psrp.Completed, nil)
		}
	}
	for _, p := range server.Take() {
		for ev, err := range client.Receive(p.Pipeline, p.Data) {
			if err != nil {
				fmt.Println(err)
				continue
			}
			switch m := ev.Message.(type) {
			case *psrp.InformationalRecord:
				fmt.Println("warning:", m.Message)
			case *psrp.PipelineOutput:
				v, err := m.Value()
				fmt.Println("object:", v.Str(), err)
			case *psrp.PipelineState:
				fmt.Println("pipeline:", m.State)
			}
		}
	}
	// Output:
	// pool: Opened protocol 2.3
	// server runs Get-Mailbox -Identity anna
	// warning: slow today
	// object: Anna's mailbox <nil>
	// pipeline: Completed
}
