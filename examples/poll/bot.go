// A quiz: /quiz asks in a chat, with "params", for sendPoll has a "type" of its own. A vote goes to another
// child, that of the user who votes: it says in private what was right, and its state is the score.
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
		event := event{State: &score} // which the first line may have
		json.Unmarshal(line, &event)
		if event.Type == "telegram.message" && strings.HasPrefix(event.Text, "/quiz") {
			say(object{"type": "telegram.send_poll", "params": object{"question": "What is a fish?", "type": "quiz",
				"options": options, "correct_option_ids": []int{right}, "is_anonymous": false}})
		} else if len(event.Votes) > 0 && event.User.ID != 0 { // not of a channel, nor taken back
			if event.Votes[0] == right {
				score++
			}
			say(object{"type": "telegram.state", "value": score})
			text := fmt.Sprintf("It is the seahorse. Your score: %d", score)
			say(object{"type": "telegram.send_message", "chat_id": event.User.ID, "text": text})
		}
	}
}
