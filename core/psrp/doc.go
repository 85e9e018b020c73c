// Package psrp speaks the PowerShell Remoting Protocol (MS-PSRP), both ends, without any input or output:
// bytes go in, events come out, and bytes to send are taken away. The caller owns sockets, time and retries.
//
// # Client
//
// NewClient makes a runspace pool. Open gives the bytes of creationXml for the shell's Create request.
// Whatever arrives on the pool's stream goes into Receive with uuid.Nil as the source; whatever arrives for a
// command goes in with the pipeline's id, which is also the CommandId. After every call, Take gives what has
// to be sent by Send: the rest of a long CREATE_PIPELINE, input, answers to host calls, key exchange.
// CreatePipeline and GetCommandMetadata give the first fragment, which travels inside the Command request.
//
//	c := psrp.NewClient(psrp.ClientConfig{})
//	creation, err := c.Open()
//	// Create with creation, then Receive on the pool:
//	for ev, err := range c.Receive(uuid.Nil, stream) { … }
//	for _, p := range c.Take() { /* Send p.Data on p.Pipeline, or on the pool when it is uuid.Nil */ }
//
// An object of the output arrives as a *PipelineOutput with its CLIXML still undecoded: Value decodes it with
// the pool's own decoder, and Raw can be decoded on another goroutine.
//
// # Server
//
// NewServer makes the other end. creationXml, the Arguments of Command and every Send go into Receive; it
// negotiates by itself. Take gives what has to go out in Receive responses, one fragment a Stream element.
//
// # Rules for both
//
// A Client or Server is used from one goroutine at a time. Bytes handed to Receive belong to the package
// from then on, because values share memory with them. Nothing panics on any bytes: a stream that breaks the
// rules of fragments is a *FragmentError and ends that pool; a message that cannot be read is a
// *MessageError, a message that comes when it must not is a *StateError, and the pool goes on.
package psrp
