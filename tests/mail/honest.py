# ruff: noqa: E501  markup stands as programs write it
"""HTML bodies of our own making as honest programs write them, each with what must still be there afterwards."""

from __future__ import annotations

KEPT: dict[str, tuple[str, tuple[str, ...]]] = {
    "paragraphs": ("<p>One</p><p>Two<br>lines</p>", ("<p>One</p>", "<p>Two<br>lines</p>")),
    "inline words": (
        "<b>b</b><i>i</i><u>u</u><s>s</s><em>e</em><strong>g</strong><code>c</code>",
        ("<b>b</b>", "<code>c</code>"),
    ),
    "headings": ("<h1>A</h1><h3>C</h3><hr>", ("<h1>A</h1>", "<h3>C</h3>", "<hr>")),
    "lists": (
        "<ol start=3 type=a><li value=4>x</ol><ul type=square><li>y</ul>",
        ('start="3"', 'type="a"', 'value="4"', "<li>y</li>"),
    ),
    "table": (
        "<table width=600 cellpadding=4 cellspacing=0 border=1 align=center><tr><th scope=col>h<tr><td colspan=2 rowspan=2 nowrap>x</table>",
        ('width="600"', 'cellpadding="4"', 'border="1"', 'align="center"', 'colspan="2"', 'scope="col"', "nowrap"),
    ),
    "layout table": (
        "<table role=presentation><tr><td valign=top height=20>x</table>",
        ('role="presentation"', 'valign="top"', 'height="20"'),
    ),
    "bgcolor": ("<table bgcolor=#eeeeee><tr><td bgcolor=red>x</table>", ('bgcolor="#eeeeee"', 'bgcolor="red"')),
    "body bgcolor": ("<body bgcolor=#fafafa text=#222222><p>x", ("background-color:#fafafa", "color:#222222")),
    "body style": ("<body style='margin:0;padding:10px;background:#fff'>x", ("padding:10px", "background:#fff")),
    "body class": (
        "<style>body.dark p{color:red}</style><body class=dark><p>x",
        ("mailbody dark", ".mailbody.dark p{color:red}"),
    ),
    "font tag": ("<font face=Arial size=2 color=#ff0000>x</font>", ('face="Arial"', 'size="2"', 'color="#ff0000"')),
    "centre": ("<center>x</center>", ("<center>x</center>",)),
    "inline style": (
        "<p style='color:#333;font:bold 14px/20px Arial,sans-serif'>x",
        ("color:#333", "font:bold 14px/20px Arial,sans-serif"),
    ),
    "quoted font names": ("<p style='font-family:\"Segoe UI\",Arial'>x", ("'Segoe UI',Arial",)),
    "important": ("<p style='width:100% !important'>x", ("width:100%!important",)),
    "rgba": (
        "<p style='color:rgba(0, 0, 0, .5);background:hsl(200,50%,50%)'>x",
        ("rgba(0,0,0,.5)", "hsl(200,50%,50%)"),
    ),
    "gradient": (
        "<p style='background:linear-gradient(90deg,#fff,#000 50%)'>x",
        ("linear-gradient(90deg,#fff,#000 50%)",),
    ),
    "calc": ("<p style='width:calc(100% - 20px)'>x", ("width:calc(100% - 20px)",)),
    "colour beside an image": (
        "<p style='background:#0e6d86 url(https://x.example/b.png) repeat-x'>x",
        ("background:#0e6d86 repeat-x",),
    ),
    "flex": ("<div style='display:flex;gap:8px;justify-content:space-between'>x</div>", ("display:flex", "gap:8px")),
    "hidden preheader": (
        "<div style='display:none;max-height:0;overflow:hidden'>pre</div>",
        ("display:none", "overflow:hidden", "pre"),
    ),
    "shadow and radius": (
        "<p style='box-shadow:0 1px 3px rgba(0,0,0,.2);border-radius:8px'>x",
        ("border-radius:8px", "box-shadow:0 1px 3px"),
    ),
    "style block": (
        "<style>p.a, td > b {color:#123456; padding : 0 }</style><p class=a>x",
        (".mailbody p.a,.mailbody td > b{color:#123456;padding:0}",),
    ),
    "media query": (
        "<style>@media only screen and (max-width: 600px){.w{width:100%!important}}</style><p class=w>x",
        ("@media only screen and (max-width: 600px){.mailbody .w{width:100%!important}}",),
    ),
    "print media": ("<style media=print>p{color:#000}</style><p>x", ("@media print{.mailbody p{color:#000}}",)),
    "id selector": ("<style>#top{color:red}</style><p id=top>x", ("#m-top{color:red}", 'id="m-top"')),
    "attribute selector": (
        "<style>a[href^='tel']{color:red}div[class=x]{color:blue}</style>x",
        ("a[href^='tel']{color:red}", "div[class=x]{color:blue}"),
    ),
    "iOS link fix": (
        "<style>a[x-apple-data-detectors]{color:inherit!important}</style>x",
        ("a[x-apple-data-detectors]{color:inherit!important}",),
    ),
    "Gmail fix": ("<style>u + .body .fix{display:none}</style><u></u>x", (".mailbody u + .body .fix{display:none}",)),
    "hover": (
        "<style>.b:hover{color:red}a:not(.x){color:blue}</style>x",
        (".b:hover{color:red}", "a:not(.x){color:blue}"),
    ),
    "html comment in style": ("<style><!-- p{color:red} --></style>x", (".mailbody p{color:red}",)),
    "import before rules": (
        "<style>@import url(https://x.example/f.css); p{color:red}</style>x",
        (".mailbody p{color:red}",),
    ),
    "font face before rules": (
        "<style>@font-face{font-family:L;src:url(x)} p{color:red}</style>x",
        (".mailbody p{color:red}",),
    ),
    "links": (
        "<a href='https://x.example/a?b=1&amp;c=2#d'>x</a><a href='mailto:a@x.example?subject=Hi'>m</a><a href='tel:+311234'>t</a>",
        (
            'href="https://x.example/a?b=1&amp;c=2#d"',
            'href="mailto:a@x.example?subject=Hi"',
            'href="tel:+311234"',
            'target="_blank"',
        ),
    ),
    "link without scheme": ("<a href=//x.example/a>x</a>", ('href="https://x.example/a"',)),
    "link in the message": ("<a href=#part>x</a><p id=part>y", ('href="#m-part"', 'id="m-part"')),
    "inline image": (
        "<img src=cid:logo width=10 height=20 alt=Logo border=0>",
        ('src="/part/logo"', 'width="10"', 'alt="Logo"'),
    ),
    "data image": ("<img src='data:image/png;base64,iVBORw0KGgo='>", ("data:image/png;base64,iVBORw0KGgo=",)),
    "image map": (
        "<img usemap=#m src=cid:a><map name=m><area shape=rect coords=0,0,9,9 href=https://x.example/></map>",
        ('usemap="#m-m"', 'name="m-m"', 'coords="0,0,9,9"'),
    ),
    "blocked image keeps its alt": (
        "<img src=https://x.example/a.png alt='A ferry' width=100>",
        ('alt="A ferry"', 'width="100"'),
    ),
    "Gmail quote": (
        "<div class=gmail_quote><blockquote class=gmail_quote style='margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex'>q</blockquote></div>",
        ('class="gmail_quote"', "margin:0 0 0 .8ex", "border-left:1px #ccc solid", "padding-left:1ex"),
    ),
    "Apple quote": ("<blockquote type=cite cite=mid:x>q</blockquote>", ('<blockquote type="cite">',)),
    "Outlook paragraph": (
        "<p class=MsoNormal style='mso-margin-top-alt:auto;margin:0cm;font-size:11.0pt'>x<o:p></o:p></p>",
        ('class="MsoNormal"', "margin:0cm;font-size:11.0pt", ">x</p>"),
    ),
    "Outlook conditional": (
        "<!--[if mso]><table><tr><td><![endif]--><p>seen</p><!--[if mso]></td></tr></table><![endif]-->",
        ("<p>seen</p>",),
    ),
    "Outlook other browsers": ("<!--[if !mso]><!--><p>seen</p><!--<![endif]-->", ("<p>seen</p>",)),
    "Outlook downlevel": ("<![if !mso]><p>seen</p><![endif]>", ("<p>seen</p>",)),
    "Outlook xml": ("<xml><o:OfficeDocumentSettings></o:OfficeDocumentSettings></xml><p>seen</p>", ("<p>seen</p>",)),
    "direction": (
        "<body dir=rtl lang=ar><p dir=ltr lang=en>x</p>",
        ('dir="rtl"', 'lang="ar"', '<p dir="ltr" lang="en">'),
    ),
    "details": ("<details open><summary>s</summary>d</details>", ("<summary>s</summary>",)),
    "ruby": ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", ("<rt>kan</rt>",)),
    "pre": ("<pre>a\n  b</pre>", ("<pre>a\n  b</pre>",)),
    "entities": ("&copy; &nbsp;&lt;x&gt; &#8217; &amp;amp;", ("©", "&nbsp;&lt;x&gt;", "’", "&amp;amp;")),
    "unclosed": ("<b>x<p>y<table><tr><td>z", ("z</td>",)),
    "upper case": ("<TABLE BGCOLOR=RED><TR><TD ALIGN=CENTER>x</TABLE>", ('bgcolor="RED"', 'align="CENTER"')),
    "dark mode": (
        "<meta name=color-scheme content='light dark'><style>@media (prefers-color-scheme:dark){p{color:#fff}}</style>x",
        ("@media (prefers-color-scheme:dark){.mailbody p{color:#fff}}",),
    ),
    "semantic blocks": (
        "<article><header>h</header><section>s</section><footer>f</footer></article>",
        ("<section>s</section>",),
    ),
    "figure": ("<figure><img src=cid:a><figcaption>c</figcaption></figure>", ("<figcaption>c</figcaption>",)),
    "deleted and inserted": (
        "<del datetime=2024-01-01>a</del><ins>b</ins><mark>c</mark>",
        ("<ins>b</ins>", "<mark>c</mark>"),
    ),
    "Mailchimp preview text": (
        "<!--[if !gte mso 9]><!--><span class=mcnPreviewText style='display:none;font-size:0px;line-height:0px;max-height:0px;max-width:0px;opacity:0;overflow:hidden;visibility:hidden'>pre</span><!--<![endif]-->",
        ('class="mcnPreviewText"', "display:none", "visibility:hidden"),
    ),
    "Apple Mail signature": (
        '<div style="caret-color: rgb(0, 0, 0); color: rgb(0, 0, 0); font-family: Helvetica"><br class="Apple-interchange-newline">Noor</div>',
        ("color:rgb(0,0,0)", "font-family:Helvetica", 'class="Apple-interchange-newline"', "Noor"),
    ),
    "Gmail attribution": (
        '<div dir="ltr" class="gmail_attr">On Mon, Wren &lt;<a href="mailto:wren@example.org">wren@example.org</a>&gt; wrote:<br></div>',
        ('class="gmail_attr"', 'href="mailto:wren@example.org"', "wrote:"),
    ),
    "Outlook table with borders": (
        "<table class=MsoNormalTable border=1 cellspacing=0 style='border-collapse:collapse;border:none'><tr><td width=301 style='width:225.4pt;border:solid windowtext 1.0pt;padding:0cm 5.4pt 0cm 5.4pt'>x</table>",
        ('class="MsoNormalTable"', "border-collapse:collapse", "width:225.4pt", "padding:0cm 5.4pt 0cm 5.4pt"),
    ),
    "fluid image": (
        "<img src=cid:a width=600 style='width:100%;max-width:600px;height:auto;display:block' alt=''>",
        ('width="600"', "max-width:600px", "height:auto"),
    ),
    "button with a rounded ground": (
        "<a href=https://x.example/go style='background-color:#0e6d86;border-radius:6px;color:#ffffff;display:inline-block;padding:12px 24px;text-decoration:none'>Go</a>",
        ("background-color:#0e6d86", "border-radius:6px", "padding:12px 24px", 'href="https://x.example/go"'),
    ),
}
