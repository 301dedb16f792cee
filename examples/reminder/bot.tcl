#!/usr/bin/env tclsh
# Sends reminders: "/remind 600 tea" sends "tea" after ten minutes. Tcl's event loop waits for lines and timers.
# telegram.keep_alive keeps the idle child running, and its state passes open reminders on to the next child.
package require json
package require json::write; json::write indented false
chan configure stdin -blocking 0 -encoding utf-8 -translation lf
chan configure stdout -buffering line -encoding utf-8 -translation lf

proc bgerror {message} { puts stderr $message; exit 1 }
proc say {method args} { puts [json::write object type [json::write string telegram.$method] {*}$args] }

# Sends the reminders that are due, and schedules the rest. A reminder is a time and a text.
proc remind {reminders} {
    after cancel {remind $left}
    set now [clock seconds]
    set ::left {}
    foreach each [lsort -integer -index 0 $reminders] {
        if {[lindex $each 0] > $now} {lappend ::left $each; continue}
        say send_message text [json::write string "\u23f0 [lindex $each 1]"]
    }
    say state value [json::write array {*}[lmap each $::left {
        json::write array [lindex $each 0] [json::write string [lindex $each 1]]
    }]]
    if {$::left eq {}} return
    after [expr {([lindex $::left 0 0] - $now) * 1000}] {remind $left}
    say keep_alive seconds [expr {[lindex $::left end 0] - $now + 60}]
}

chan event stdin readable {
    while {[gets stdin line] >= 0} {
        set event [dict merge {state {} text {}} [json::json2dict $line]]
        if {[dict get $event type] eq "telegram"} {remind [dict get $event state]}
        if {![regexp {^telegram.message /remind\s+0*(\d{1,7})\s+(\S.*)} \
            "[dict get $event type] [dict get $event text]" - seconds text]} continue
        say send_message text [json::write string "In $seconds s, gladly."]
        remind [list {*}$left [list [expr {[clock seconds] + $seconds}] [string range $text 0 999]]]
    }
    if {[eof stdin]} exit
}
vwait forever
