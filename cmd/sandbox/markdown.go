package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// The part of Markdown that the documentation is written in, for a terminal:
// paragraphs, lists, fenced code, `code` and [links](to).

// blockKind tells the blocks of a page apart.
type blockKind uint8

const (
	paragraph blockKind = iota
	listItem
	codeBlock
)

// A markdownBlock is a paragraph, an item of a list, or fenced code.
type markdownBlock struct {
	kind blockKind
	info string // after the fence: "rule mistake"
	text string // of paragraphs and items without line breaks; of code as it is
}

// markdownBlocks splits a page into its blocks.
func markdownBlocks(page string) []markdownBlock {
	var blocks []markdownBlock
	open := false // the last block goes on
	add := func(b markdownBlock) { blocks, open = append(blocks, b), true }
	for line := range strings.Lines(page) {
		trimmed := strings.TrimSpace(line)
		info, fence := strings.CutPrefix(trimmed, "```")
		item, isItem := strings.CutPrefix(trimmed, "- ")
		last := len(blocks) - 1
		inCode := open && blocks[last].kind == codeBlock
		switch {
		case fence && inCode, trimmed == "" && !inCode:
			open = false
		case inCode:
			blocks[last].text += line
		case fence:
			add(markdownBlock{kind: codeBlock, info: info})
		case isItem:
			add(markdownBlock{kind: listItem, text: item})
		case open:
			blocks[last].text += " " + trimmed
		default:
			add(markdownBlock{kind: paragraph, text: trimmed})
		}
	}
	return blocks
}

// writeMarkdown writes a page as text of a width. Code is indented, examples of
// mistakes and remedies say which they are, and rules stand as on a command
// line.
func writeMarkdown(w io.Writer, page string, width int) {
	for i, b := range markdownBlocks(page) {
		if i > 0 {
			fmt.Fprintln(w)
		}
		switch b.kind {
		case paragraph:
			writeWrapped(w, b.text, "", width)
		case listItem:
			writeWrapped(w, b.text, "- ", width)
		case codeBlock:
			writeCode(w, b)
		}
	}
}

func writeCode(w io.Writer, b markdownBlock) {
	form, role, _ := strings.Cut(b.info, " ")
	switch role {
	case "mistake":
		fmt.Fprintln(w, "mistake:")
	case "remedy":
		fmt.Fprintln(w, "instead:")
	}
	for line := range strings.Lines(b.text) {
		line = strings.TrimRight(line, "\n")
		if form == "rule" {
			line = "-e " + quoted(line)
		}
		if line != "" {
			line = "    " + line
		}
		fmt.Fprintln(w, line)
	}
}

// writeWrapped writes text in lines of a width, after a bullet and below it.
func writeWrapped(w io.Writer, text, bullet string, width int) {
	line, column := bullet, utf8.RuneCountInString(bullet)
	indent := strings.Repeat(" ", column)
	empty := true
	for _, word := range proseWords(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case empty:
		case column+1+n > width:
			fmt.Fprintln(w, line)
			line, column = indent, len(indent)
		default:
			line, column = line+" ", column+1
		}
		line, column, empty = line+word, column+n, false
	}
	fmt.Fprintln(w, line)
}

// longestCode is how much code in prose is kept on one line.
const longestCode = 50

// proseWords splits prose at its spaces, but for those in code, and takes the
// targets out of links.
func proseWords(text string) []string {
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	for text != "" {
		switch text[0] {
		case ' ':
			flush()
		case '`':
			code, rest, ok := strings.Cut(text[1:], "`")
			if ok {
				pieces := []string{code}
				if len(code) > longestCode {
					pieces = strings.Split(code, " ")
				}
				word.WriteString("`" + pieces[0])
				for _, piece := range pieces[1:] {
					flush()
					word.WriteString(piece)
				}
				word.WriteByte('`')
				text = rest
				continue
			}
			word.WriteByte('`')
		case '[':
			label, rest, ok := strings.Cut(text[1:], "](")
			_, after, closed := strings.Cut(rest, ")")
			if ok && closed && !strings.Contains(label, "]") {
				text = label + after
				continue
			}
			word.WriteByte('[')
		default:
			word.WriteByte(text[0])
		}
		text = text[1:]
	}
	flush()
	return words
}
