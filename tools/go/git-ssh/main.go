// git-ssh serves the bare repositories of a folder over SSH on a free port of 127.0.0.1, for tests. It runs git-upload-pack and
// git-receive-pack and nothing else, tells on standard output what it is asked for, one line each, and ends when its standard input does.
//
//	git-ssh FOLDER HOST_KEY AUTHORIZED_KEYS
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"

	"golang.org/x/crypto/ssh"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 4 {
		log.Fatal("usage: git-ssh FOLDER HOST_KEY AUTHORIZED_KEYS")
	}
	if err := serve(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatalf("git-ssh: %v", err)
	}
}

func serve(folder, hostKeyFile, authorizedFile string) error {
	text, err := os.ReadFile(hostKeyFile)
	if err != nil {
		return err
	}
	hostKey, err := ssh.ParsePrivateKey(text)
	if err != nil {
		return err
	}
	authorized, err := readAuthorized(authorizedFile)
	if err != nil {
		return err
	}
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if authorized[string(key.Marshal())] {
			return nil, nil
		}
		tell("refused key %s", ssh.FingerprintSHA256(key))
		return nil, errors.New("unknown key")
	}}
	config.AddHostKey(hostKey)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	tell("listening %s %s", listener.Addr(), ssh.FingerprintSHA256(hostKey.PublicKey()))
	go endWithInput()
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go handle(connection, config, folder)
	}
}

// readAuthorized reads keys as sshd(8) has them; a line with options is refused, for none is carried out.
func readAuthorized(file string) (map[string]bool, error) {
	rest, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	keys := map[string]bool{}
	for len(bytes.TrimSpace(rest)) > 0 {
		key, _, options, next, err := ssh.ParseAuthorizedKey(rest)
		if err != nil || len(options) > 0 {
			return nil, fmt.Errorf("%s: expected public keys without options, one a line", file)
		}
		keys[string(key.Marshal())] = true
		rest = next
	}
	return keys, nil
}

// endWithInput ends the server with whoever started it; what it runs loses its input, and ends too.
func endWithInput() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

var tell = log.New(os.Stdout, "", 0).Printf

func handle(connection net.Conn, config *ssh.ServerConfig, folder string) {
	defer connection.Close()
	tell("connected %s", connection.RemoteAddr())
	server, channels, requests, err := ssh.NewServerConn(connection, config)
	if err != nil {
		return
	}
	tell("signed in %s", server.User())
	go refuseAll(requests)
	for channel := range channels {
		if channel.ChannelType() != "session" {
			tell("refused channel %s", channel.ChannelType())
			_ = channel.Reject(ssh.UnknownChannelType, "only sessions")
			continue
		}
		if opened, requests, err := channel.Accept(); err == nil {
			go runSession(opened, requests, folder)
		}
	}
}

// refuseAll refuses what concerns the connection as a whole: forwarded ports, above all.
func refuseAll(requests <-chan *ssh.Request) {
	for request := range requests {
		tell("refused %s", request.Type)
		_ = request.Reply(false, nil)
	}
}
