// A quiz: /quiz sends a poll to a chat, in "params", because sendPoll has a "type" of its own. A vote has no
// chat, so the voter's own child gets it; that child sends the answer in private and keeps the score as its state.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

type object map[string]any
type event struct {
	Type, Text string
	State      *int
	User       struct{ ID int64 }
	Votes      []int `json:"option_ids"`
}

func main() {
	say, lines := json.NewEncoder(os.Stdout).Encode, bufio.NewReader(os.Stdin)
	options := []object{{"text": "A whale"}, {"text": `A "seahorse" 🐟`}, {"text": "A starfish"}}
	right, score := 1, 0
	for line, err := lines.ReadBytes('\n'); err == nil; line, err = lines.ReadBytes('\n') {
		event := event{State: &score} // if the first line has a state
		json.Unmarshal(line, &event)
		if event.Type == "telegram.message" && strings.HasPrefix(event.Text, "/quiz") {
			say(object{"type": "telegram.send_poll", "params": object{"question": "What is a fish?", "type": "quiz",
				"options": options, "correct_option_ids": []int{right}, "is_anonymous": false}})
		} else if len(event.Votes) > 0 && event.User.ID != 0 { // neither from a channel nor retracted
			if event.Votes[0] == right {
				score++
			}
			say(object{"type": "telegram.state", "value": score})
			text := fmt.Sprintf("It is the seahorse. Your score: %d", score)
			say(object{"type": "telegram.send_message", "chat_id": event.User.ID, "text": text})
		}
	}
}
