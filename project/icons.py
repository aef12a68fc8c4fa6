"""The signs that stand beside words: insides of a 22 × 22 SVG, in the text's own colour."""

_WHITE_STROKE = 'fill="none" stroke="#fff" stroke-width="2.3" stroke-linecap="round" stroke-linejoin="round"'

ICONS = {
    "ok": (
        f'<circle cx="11" cy="11" r="10" fill="currentColor"/><path d="M6.3 11.4l3.2 3.2 6.2-6.6" {_WHITE_STROKE}/>'
    ),
    "warn": (
        '<path d="M11 1.6 21.2 20H.8z" fill="currentColor" stroke="currentColor" stroke-width="1.2"'
        ' stroke-linejoin="round"/><path d="M11 8v5.6" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/>'
        '<circle cx="11" cy="17" r="1.5" fill="#fff"/>'
    ),
    "stop": (
        '<path d="M6.6 1h8.8L21 6.6v8.8L15.4 21H6.6L1 15.4V6.6z" fill="currentColor"/>'
        f'<path d="M7.2 7.2l7.6 7.6m0-7.6l-7.6 7.6" {_WHITE_STROKE}/>'
    ),
    "info": (
        '<circle cx="11" cy="11" r="9.4" fill="none" stroke="currentColor" stroke-width="1.8"/>'
        '<path d="M11 10v6" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/>'
        '<circle cx="11" cy="6.4" r="1.4" fill="currentColor"/>'
    ),
    "search": (
        '<circle cx="9" cy="9" r="6.5" fill="none" stroke="currentColor" stroke-width="1.9"/>'
        '<path d="M14 14l6 6" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/>'
    ),
    "paper": (
        '<path d="M5 1.5h8.5L18 6v14.5H5z" fill="none" stroke="currentColor" stroke-width="1.7"'
        ' stroke-linejoin="round"/>'
        '<path d="M13.5 1.5V6H18M8 11h7M8 14.5h7" fill="none" stroke="currentColor" stroke-width="1.7"/>'
    ),
    "clip": (
        '<path d="M18.5 10.2l-7.9 7.9a4.6 4.6 0 0 1-6.5-6.5l8.4-8.4a3 3 0 0 1 4.3 4.3l-8.2 8.2a1.5 1.5 0 0 1-2.1-2.1'
        'l7.3-7.3" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round"'
        ' stroke-linejoin="round"/>'
    ),
}
