package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"

	"golang.org/x/crypto/ssh"
)

// The command as Git quotes it. No part of the path begins with a dot or a dash, so none leads out of the folder or is an option.
var command = regexp.MustCompile(`^(git-upload-pack|git-receive-pack) '((?:/?[A-Za-z0-9_][A-Za-z0-9_.-]*)+)'$`)

var protocol = regexp.MustCompile(`^version=[0-2]$`)

// runSession takes the requests of a session (RFC 4254, section 6): GIT_PROTOCOL, then one command.
func runSession(channel ssh.Channel, requests <-chan *ssh.Request, folder string) {
	var version string
	var cmd *exec.Cmd
	for request := range requests {
		accepted := false
		switch text := fieldsOf(request); {
		case request.Type == "env" && text[0] == "GIT_PROTOCOL" && protocol.MatchString(text[1]):
			accepted, version = true, text[1]
		case request.Type == "exec" && cmd == nil && command.MatchString(text[0]):
			parts := command.FindStringSubmatch(text[0])
			tell("run %s %s %s", parts[1], parts[2], version)
			accepted, cmd = true, exec.Command(parts[1], filepath.Join(folder, parts[2]))
		default:
			tell("refused %s", request.Type)
		}
		if request.WantReply {
			_ = request.Reply(accepted, nil)
		}
		if accepted && request.Type == "exec" {
			go run(channel, cmd, version)
		}
	}
}

// fieldsOf reads the name and value of a variable, or a command.
func fieldsOf(request *ssh.Request) [2]string {
	var variable struct{ Name, Value string }
	var line struct{ Command string }
	if ssh.Unmarshal(request.Payload, &variable) != nil {
		_ = ssh.Unmarshal(request.Payload, &line)
		variable.Name = line.Command
	}
	return [2]string{variable.Name, variable.Value}
}

// run connects a command with a channel. The client's end of input is the command's; the command's end is the channel's.
func run(channel ssh.Channel, cmd *exec.Cmd, version string) {
	defer channel.Close()
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_PROTOCOL=" + version}
	cmd.Stdout = channel
	cmd.Stderr = channel.Stderr()
	// Not cmd.Stdin: Wait would then wait for the client to end its input.
	input, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err == nil {
		go func() {
			_, _ = io.Copy(input, channel)
			_ = input.Close()
		}()
		_ = cmd.Wait()
	}
	_ = channel.CloseWrite()
	// -1, when it was killed or never ran, is 255 to the client.
	status := struct{ Status uint32 }{uint32(cmd.ProcessState.ExitCode())}
	_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(status))
}
