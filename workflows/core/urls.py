"""The desk's addresses. No number, name or other personal data ever stands in one."""

from django.urls import path

from . import (
    companions_view,
    desk_view,
    flow_view,
    notices_view,
    office_view,
    paper_view,
    print_view,
    standing_in_view,
    trail_event_view,
    trail_view,
)

urlpatterns = [
    path("", office_view.home, name="home"),
    path("inbox/", office_view.inbox, name="inbox"),
    path("tasks/<int:pk>/", desk_view.task, name="task"),
    path("cases/<int:pk>/", desk_view.case, name="case"),
    path("cases/<int:pk>/act/", desk_view.case_action, name="case_action"),
    path("cases/<int:pk>/companions/", companions_view.companions, name="companions"),
    path("cases/<int:pk>/reassign/", standing_in_view.reassign, name="reassign"),
    path("delegations/", standing_in_view.delegations, name="delegations"),
    path("delegations/<int:pk>/end/", standing_in_view.delegation_end, name="delegation_end"),
    path("notices/", notices_view.notices, name="notices"),
    path("cases/<int:pk>/comment/", desk_view.comment, name="comment"),
    path("cases/<int:pk>/unmask/", desk_view.unmask, name="unmask"),
    path("papers/<int:pk>/", paper_view.paper, name="paper"),
    path("papers/<int:pk>/word/", paper_view.paper_word, name="paper_word"),
    path("papers/<int:pk>/pdf/", paper_view.paper_pdf, name="paper_pdf"),
    path("papers/<int:pk>/pdf/again/", paper_view.paper_pdf_again, name="paper_pdf_again"),
    path("papers/<int:pk>/print/", paper_view.paper_print, name="paper_print"),
    path("printing/", print_view.print_centre, name="print_centre"),
    path("printing/<int:pk>/", print_view.print_run, name="print_run"),
    path("printing/<int:pk>/pdf/", print_view.print_run_pdf, name="print_run_pdf"),
    path("attachments/<int:pk>/", paper_view.attachment, name="attachment"),
    path("sheets/<slug:code>/<int:version>/<slug:digest>.css", paper_view.sheet_css, name="sheet_css"),
    path("cases/<int:pk>/flow/", flow_view.case_flow, name="case_flow"),
    path("flows/<slug:label>/", flow_view.flow, name="flow"),
    path("trail/", trail_view.trail, name="trail"),
    path("trail/people/", trail_view.trail_people, name="trail_people"),
    path("trail/<int:sequence>/", trail_event_view.trail_event, name="trail_event"),
    path("seals/", trail_view.seal_register, name="seal_register"),
]
