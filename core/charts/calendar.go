package charts

import (
	"time"
)

// Unit is a unit of the calendar.
type Unit uint8

// The units.
const (
	Seconds Unit = iota + 1
	Minutes
	Hours
	Days
	Weeks // from Monday
	Months
	Years
)

// Step is a step on the calendar, such as three months.
type Step struct {
	Unit Unit
	N    int
}

// steps are those people count in.
var steps = []Step{{Seconds, 1}, {Seconds, 5}, {Seconds, 15}, {Seconds, 30}, {Minutes, 1}, {Minutes, 5}, {Minutes, 15}, {Minutes, 30},
	{Hours, 1}, {Hours, 3}, {Hours, 6}, {Hours, 12}, {Days, 1}, {Weeks, 1}, {Months, 1}, {Months, 3},
	{Years, 1}, {Years, 2}, {Years, 5}, {Years, 10}, {Years, 20}, {Years, 50}, {Years, 100}}

// length is about how long a step takes.
func (s Step) length() time.Duration {
	const day = 24 * time.Hour
	return time.Duration(s.N) * map[Unit]time.Duration{Seconds: time.Second, Minutes: time.Minute, Hours: time.Hour,
		Days: day, Weeks: 7 * day, Months: 30 * day, Years: 365 * day}[s.Unit]
}

// floor is the last place of the step at or before t, in t's zone.
func (s Step) floor(t time.Time) time.Time {
	y, m, d := t.Date()
	zone := t.Location()
	switch s.Unit {
	case Seconds:
		return s.within(t, time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, zone), time.Second)
	case Minutes:
		return s.within(t, time.Date(y, m, d, t.Hour(), 0, 0, 0, zone), time.Minute)
	case Hours:
		// By the clock, also on the days that have 23 or 25 hours.
		return time.Date(y, m, d, t.Hour()-t.Hour()%s.N, 0, 0, 0, zone)
	case Days:
		return time.Date(y, m, d, 0, 0, 0, 0, zone)
	case Weeks:
		return time.Date(y, m, d-(int(t.Weekday())+6)%7, 0, 0, 0, 0, zone)
	case Months:
		return time.Date(y, m-(m-1)%time.Month(s.N), 1, 0, 0, 0, 0, zone)
	}
	return time.Date(y-y%s.N, 1, 1, 0, 0, 0, 0, zone)
}

func (s Step) within(t, from time.Time, unit time.Duration) time.Time {
	step := time.Duration(s.N) * unit
	return from.Add(t.Sub(from) / step * step)
}

// next is the place of the step behind t, which is one itself.
func (s Step) next(t time.Time) time.Time {
	y, m, d := t.Date()
	zone := t.Location()
	var to time.Time
	switch s.Unit {
	case Seconds:
		return t.Add(time.Duration(s.N) * time.Second)
	case Minutes:
		return t.Add(time.Duration(s.N) * time.Minute)
	case Hours:
		if s.N == 1 {
			return t.Add(time.Hour) // an hour that comes twice has two places
		}
		to = time.Date(y, m, d, t.Hour()+s.N, 0, 0, 0, zone)
	case Days:
		to = time.Date(y, m, d+1, 0, 0, 0, 0, zone)
	case Weeks:
		to = time.Date(y, m, d+7, 0, 0, 0, 0, zone)
	case Months:
		to = time.Date(y, m+time.Month(s.N), 1, 0, 0, 0, 0, zone)
	default:
		to = time.Date(y+s.N, 1, 1, 0, 0, 0, 0, zone)
	}
	if !to.After(t) { // a clock that is put back
		to = t.Add(s.length())
	}
	return to
}

// stepFor is the finest step with at most so many places from one time to another.
func stepFor(from, to time.Time, most int) Step {
	for _, s := range steps {
		if to.Sub(s.floor(from)) < s.length()*time.Duration(most) && s.places(from, to) <= most {
			return s
		}
	}
	return steps[len(steps)-1]
}

// places counts the steps that a span takes.
func (s Step) places(from, to time.Time) int { return len(s.edges(from, to)) - 1 }

// edges are the places of the step from the last before from to the first behind to.
func (s Step) edges(from, to time.Time) []time.Time {
	at := s.floor(from)
	edges := []time.Time{at}
	for !at.After(to) {
		at = s.next(at)
		edges = append(edges, at)
	}
	return edges
}
