# ruff: noqa: E501  markup stands as programs write it
"""Newsletters of our own making, as large as wanted, in the manner of the common builders: nested tables, a style block
with media queries, the same inline declarations again and again, long tracking links, hidden preheader, Outlook's
conditional comments."""

from __future__ import annotations

HEAD = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml" lang="en">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<meta name="x-apple-disable-message-reformatting">
<title>The Harbour Letter</title>
<!--[if mso]><style>table {border-collapse:collapse;} .mso {mso-hide:all}</style><xml><o:PixelsPerInch>96</o:PixelsPerInch></xml><![endif]-->
<style type="text/css">
  @import url('https://fonts.example.com/css?family=Lato:400,700');
  @font-face { font-family: 'Lato'; src: local('Lato'), url(https://fonts.example.com/lato.woff2) format('woff2'); }
  #outlook a { padding: 0; }
  .ReadMsgBody { width: 100%; } .ExternalClass { width: 100%; }
  .ExternalClass, .ExternalClass p, .ExternalClass span, .ExternalClass td, .ExternalClass div { line-height: 100%; }
  body { margin: 0; padding: 0; -webkit-text-size-adjust: 100%; -ms-text-size-adjust: 100%; }
  table, td { border-collapse: collapse; mso-table-lspace: 0pt; mso-table-rspace: 0pt; }
  img { border: 0; height: auto; line-height: 100%; outline: none; text-decoration: none; -ms-interpolation-mode: bicubic; }
  p { display: block; margin: 13px 0; }
  a[x-apple-data-detectors] { color: inherit !important; text-decoration: none !important; }
  u + .body .gmail-fix { display: none; }
  .button:hover { background-color: #0b5a6f !important; }
  @media only screen and (min-width:480px) { .mj-column-per-50 { width: 50% !important; max-width: 50%; } }
  @media only screen and (max-width: 600px) {
    .wrapper { width: 100% !important; }
    .stack { display: block !important; width: 100% !important; padding-left: 0 !important; }
    .hide-mobile { display: none !important; max-height: 0 !important; overflow: hidden !important; }
    h1 { font-size: 24px !important; line-height: 30px !important; }
  }
</style>
</head>
"""

OPEN = """<body class="body" style="margin:0;padding:0;background-color:#f4f4f4;" bgcolor="#f4f4f4">
<div style="display:none;font-size:1px;color:#ffffff;line-height:1px;max-height:0px;max-width:0px;opacity:0;overflow:hidden;">
Lanterns on Friday, the ferry's new hours and a recipe.&nbsp;&zwnj;&nbsp;&zwnj;&nbsp;&zwnj;</div>
<table role="presentation" border="0" cellpadding="0" cellspacing="0" width="100%" bgcolor="#f4f4f4"><tr><td align="center">
<table role="presentation" class="wrapper" border="0" cellpadding="0" cellspacing="0" width="600" style="width:600px;max-width:600px;">
"""

STORY = """<tr><td class="stack" align="left" valign="top" style="padding:20px 30px 0 30px;font-family:'Helvetica Neue',Helvetica,Arial,sans-serif;font-size:16px;line-height:24px;color:#333333;">
<table role="presentation" border="0" cellpadding="0" cellspacing="0" width="100%"><tr>
<td width="180" valign="top" style="padding:0 20px 0 0;"><a href="https://click.letters.example.com/t/{n}/ZGhhcmJvdXItbGV0dGVyLXN0b3J5LXRyYWNrZXI?u={n}&amp;c=1" style="text-decoration:none;"><img src="https://images.letters.example.com/2024/05/story-{n}.jpg" alt="Story {n}" width="160" height="120" border="0" style="display:block;width:160px;max-width:100%;border-radius:4px;"></a></td>
<td valign="top" style="font-family:'Helvetica Neue',Helvetica,Arial,sans-serif;font-size:16px;line-height:24px;color:#333333;"><h2 style="margin:0 0 10px 0;font-size:20px;line-height:26px;font-weight:bold;color:#0e6d86;">Story number {n} from the quay</h2>
<p style="margin:0 0 12px 0;">The lanterns are lit again this Friday &mdash; <strong>bring a jumper</strong>, the wind comes from the north. Number {n} boats will be open, and there is soup until nine. Ask for the captain if you get lost between the sheds and the crane.</p>
<table role="presentation" border="0" cellpadding="0" cellspacing="0"><tr><td align="center" bgcolor="#0e6d86" style="border-radius:4px;background:#0e6d86 url('https://images.letters.example.com/b.png') repeat-x;"><a class="button" href="https://click.letters.example.com/t/{n}/cmVhZC1tb3Jl?u={n}" target="_blank" style="display:inline-block;padding:10px 18px;font-size:14px;line-height:18px;color:#ffffff;text-decoration:none;">Read more</a></td></tr></table>
</td></tr></table></td></tr>
<tr><td style="height:20px;line-height:20px;font-size:20px;border-bottom:1px solid #e0e0e0;">&nbsp;</td></tr>
"""

CLOSE = """<tr><td align="center" style="padding:20px;font-size:12px;line-height:18px;color:#888888;">You get this letter because you asked for it.
<a href="https://click.letters.example.com/unsubscribe?u=1" style="color:#888888;">Unsubscribe</a> &middot; Harbour Road 1, 2100 Port Example</td></tr>
</table></td></tr></table>
<img src="https://open.letters.example.com/o.gif?u=1" width="1" height="1" alt="" style="display:block;">
</body></html>
"""


def newsletter(kilobytes: int) -> str:
    """About that many kilobytes of HTML, each story with its own links."""
    room = kilobytes * 1024 - len(HEAD) - len(OPEN) - len(CLOSE)
    stories = max(1, round(room / len(STORY)))
    return HEAD + OPEN + "".join(STORY.replace("{n}", str(n)) for n in range(stories)) + CLOSE
