"""Who gets what at every address of the site. An address that this table does not know fails the test.

Eight people: nobody signed in, one of each role, a superuser. The figures are the answers to GET and to an empty
POST: 200 shown, 302 sent elsewhere (to sign in, mostly), 403 refused, 404 nothing there, 405 not a way to ask. What a
POST changes is undone, so every answer is that of the same world (``rows.make(1)``).

To add a screen: a model's pages are one line of ``MODELS``; anything else (a dialog, a view) is one line of ``SITE``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client

from apps.accounts.models import User
from apps.core.roles import Role
from tests.admin import rows
from tests.admin.addresses import Address, every_address, example, model_of
from tests.admin.order_rows import ORDERS
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.screens]

# nob: nobody signed in. Roles: adm Administrateur, com Commercial, sup Support, fac Facturation, cpt Comptable,
# lec Lecture. all: a superuser.
PEOPLE = ["nob", "adm", "com", "sup", "fac", "cpt", "lec", "all"]
ROLES = dict(
    zip(
        PEOPLE[1:7],
        [Role.ADMINISTRATOR, Role.SALES, Role.SUPPORT, Role.BILLING, Role.ACCOUNTANT, Role.READER],
        strict=True,
    )
)

SITE = """
# Address                                GET                              POST
#                                        nob adm com sup fac cpt lec all  nob adm com sup fac cpt lec all
home                                     302 302 302 302 302 302 302 302  302 302 302 302 302 302 302 302
file                                     302 200 200 403 200 200 200 200  405 405 405 405 405 405 405 405
job_progress                             404 200 404 200 200 404 200 200  405 405 405 405 405 405 405 405
logo                                     200 200 200 200 200 200 200 200  405 405 405 405 405 405 405 405
favicon                                  200 200 200 200 200 200 200 200  405 405 405 405 405 405 405 405
portal:home                              302 302 302 302 302 302 302 302  405 405 405 405 405 405 405 405
portal:lines                             302 302 302 302 302 302 302 302  405 405 405 405 405 405 405 405
portal:line                              302 302 302 302 302 302 302 302  405 405 405 405 405 405 405 405
portal:invoices                          302 302 302 302 302 302 302 302  405 405 405 405 405 405 405 405
portal:invoice_pdf                       302 302 302 302 302 302 302 302  405 405 405 405 405 405 405 405
portal:calls                             302 302 302 302 302 302 302 302  405 405 405 405 405 405 405 405
portal:calls_of_line                     302 302 302 302 302 302 302 302  405 405 405 405 405 405 405 405
portal:calls_file                        302 302 302 302 302 302 302 302  405 405 405 405 405 405 405 405
portal:account                           302 302 302 302 302 302 302 302  405 405 405 405 405 405 405 405
portal:colours                           200 200 200 200 200 200 200 200  405 405 405 405 405 405 405 405
portal:sign_in                           200 200 200 200 200 200 200 200  200 200 200 200 200 200 200 200
portal:sign_out                          405 405 405 405 405 405 405 405  302 302 302 302 302 302 302 302
portal:recover                           200 200 200 200 200 200 200 200  200 200 200 200 200 200 200 200
portal:recovering                        200 200 200 200 200 200 200 200  405 405 405 405 405 405 405 405
portal:change_password                   302 302 302 302 302 302 302 302  302 302 302 302 302 302 302 302
portal:choose                            200 200 200 200 200 200 200 200  200 200 200 200 200 200 200 200
admin:index                              302 200 200 200 200 200 200 200  302 200 200 200 200 200 200 200
admin:login                              200 302 302 302 302 302 302 302  200 200 200 200 200 200 200 200
admin:logout                             302 405 405 405 405 405 405 405  302 200 200 200 200 200 200 200
admin:password_change                    302 200 200 200 200 200 200 200  302 200 200 200 200 200 200 200
admin:password_change_done               302 200 200 200 200 200 200 200  302 405 405 405 405 405 405 405
admin:autocomplete                       302 200 200 200 403 403 200 200  302 405 405 405 405 405 405 405
admin:jsi18n                             302 200 200 200 200 200 200 200  302 405 405 405 405 405 405 405
admin:view_on_site                       302 404 404 404 404 404 404 404  302 404 404 404 404 404 404 404
admin:app_list                           302 200 200 200 200 404 200 200  302 200 200 200 200 404 200 200
admin:search                             302 200 200 200 200 200 200 200  302 405 405 405 405 405 405 405
/admin/(?P<url>.*)$                      302 404 404 404 404 404 404 404  302 404 404 404 404 404 404 404

admin:accounts_user_lift_lock            302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:accounts_user_rights               302 200 403 403 403 403 200 200  302 200 403 403 403 403 200 200
admin:auth_user_password_change          302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:branding_integrator_changelist     302 302 403 403 302 302 302 302  302 302 403 403 302 302 302 302
admin:branding_integrator_add            302 403 403 403 403 403 403 403  302 403 403 403 403 403 403 403
admin:branding_integrator_change         302 200 403 403 200 200 200 200  302 200 403 403 403 403 403 200
admin:branding_integrator_delete         302 403 403 403 403 403 403 403  302 403 403 403 403 403 403 403
admin:branding_integrator_history        302 200 403 403 200 200 200 200  302 405 405 405 405 405 405 405
admin:branding_integrator_simple_history 302 200 403 403 200 200 200 200  302 405 405 405 405 405 405 405

admin:jobs_job_add                       302 403 403 403 403 403 403 403  302 403 403 403 403 403 403 403
admin:jobs_job_cancel                    302 200 404 200 200 404 200 200  302 200 404 200 200 404 200 200
admin:jobs_job_change                    302 200 302 200 200 302 200 200  302 403 403 403 403 403 403 403
admin:jobs_job_changelist                302 200 200 200 200 200 200 200  302 200 200 200 200 200 200 200
admin:jobs_job_delete                    302 403 403 403 403 403 403 403  302 403 403 403 403 403 403 403
admin:jobs_job_history                   302 200 302 200 200 302 200 200  302 405 405 405 405 405 405 405
admin:jobs_bulkoperation_add             302 403 403 403 403 403 403 403  302 403 403 403 403 403 403 403
admin:jobs_bulkoperation_ask             302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:jobs_bulkoperation_change          302 200 200 200 403 403 200 200  302 403 403 403 403 403 403 403
admin:jobs_bulkoperation_changelist      302 200 200 200 403 403 200 200  302 200 200 200 403 403 200 200
admin:jobs_bulkoperation_delete          302 403 403 403 403 403 403 403  302 403 403 403 403 403 403 403
admin:jobs_bulkoperation_history         302 200 200 200 302 302 200 200  302 405 405 405 405 405 405 405
admin:jobs_bulkoperation_confirm         302 200 200 200 403 403 200 200  302 200 200 200 403 403 200 200
admin:jobs_bulkoperation_resume          302 200 200 200 403 403 200 200  302 200 200 200 403 403 200 200
admin:jobs_bulkoperation_undo            302 200 200 200 403 403 200 200  302 200 200 200 403 403 200 200
admin:jobs_bulkoperation_abandon         302 200 200 200 403 403 200 200  302 200 200 200 403 403 200 200
admin:jobs_job_restart                   302 200 404 200 200 404 200 200  302 200 404 200 200 404 200 200
admin:catalog_plan_change_price          302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_plan_change_included       302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_plan_change_rules          302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_plan_change_vat_rate       302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_plan_take_price_back       302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_plan_copy                  302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_plan_withdraw              302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_plan_put_on_sale           302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_plan_export                302 200 200 403 200 403 403 200  302 405 405 405 405 405 405 405
admin:catalog_option_change_price        302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_option_change_included     302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_option_change_rules        302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_option_change_vat_rate     302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_option_take_price_back     302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_option_copy                302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_option_withdraw            302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_option_put_on_sale         302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_option_export              302 200 200 403 200 403 403 200  302 405 405 405 405 405 405 405
admin:catalog_product_change_price       302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_product_change_vat_rate    302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_product_take_price_back    302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_product_copy               302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_product_withdraw           302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_product_put_on_sale        302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_product_export             302 200 200 403 200 403 403 200  302 405 405 405 405 405 405 405
admin:catalog_handset_change_price       302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_handset_take_price_back    302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_handset_copy               302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_handset_withdraw           302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_handset_put_on_sale        302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_handset_export             302 200 200 403 200 403 403 200  302 405 405 405 405 405 405 405
admin:catalog_plan_beyond_ceiling        302 200 403 200 200 403 200 200  302 200 403 200 200 403 200 200
admin:catalog_option_beyond_ceiling      302 200 403 200 200 403 200 200  302 200 403 200 200 403 200 200

admin:orders_portin_send                 302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:orders_portin_accept               302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:orders_portin_schedule             302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:orders_portin_ported               302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:orders_portin_correct              302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:orders_portin_refuse               302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:orders_portin_fail                 302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:orders_portin_cancel               302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:orders_portin_paste                302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200

admin:sims_simimport_send                302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:sims_simimport_confirm             302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:sims_simimport_check_again         302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:sims_simimport_abandon             302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:sims_simcard_import_file           302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:customers_customerimport_send      302 200 200 403 403 403 403 200  302 200 200 403 403 403 403 200
admin:customers_customerimport_confirm   302 200 200 403 403 403 403 200  302 200 200 403 403 403 403 200
admin:customers_customerimport_check_again 302 200 200 403 403 403 403 200  302 200 200 403 403 403 403 200
admin:customers_customerimport_abandon   302 200 200 403 403 403 403 200  302 200 200 403 403 403 403 200
admin:customers_customer_close           302 200 200 403 403 403 403 200  302 200 200 403 403 403 403 200
admin:customers_customer_reopen          302 200 200 403 403 403 403 200  302 200 200 403 403 403 403 200
admin:customers_customer_export          302 200 200 403 403 403 403 200  302 405 405 405 405 405 405 405
admin:customers_customer_send_credentials 302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:customers_customer_withdraw_access 302 200 200 200 403 403 403 200  302 200 200 200 403 403 403 200
admin:customers_customer_import_file     302 200 200 403 403 403 403 200  302 200 200 403 403 403 403 200
admin:messaging_emailtemplate_send_letter 302 200 200 403 403 403 403 200  302 200 200 403 403 403 403 200
admin:customers_customer_paste           302 200 200 403 403 403 403 200  302 200 200 403 403 403 403 200
admin:catalog_offerimport_send           302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_offerimport_confirm        302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_offerimport_check_again    302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_offerimport_abandon        302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_plan_import_file           302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_option_import_file         302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:catalog_product_import_file        302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:lines_lineimport_send              302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:lines_lineimport_confirm           302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:lines_lineimport_check_again       302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:lines_lineimport_abandon           302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:lines_provisioningrequest_ask_again 302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:lines_provisioningrequest_answered 302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:lines_line_requests_to_operator    302 302 302 302 302 403 302 302  302 405 405 405 405 405 405 405
admin:lines_line_who_held                302 200 200 200 200 403 200 200  302 405 405 405 405 405 405 405
admin:lines_line_import_file             302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:lines_line_user                          302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:lines_line_international                 302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:lines_line_restrict                      302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:lines_line_restrict_outgoing             302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:lines_line_reactivate                    302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:lines_line_terminate                     302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:lines_line_cancel                        302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:lines_line_offers                        302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:lines_line_swap                          302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:lines_line_sim_swap                      302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:lines_line_cards_in_stock                302 200 403 200 403 403 403 200  302 405 405 405 405 405 405 405
admin:lines_line_rio                           302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:lines_line_paste                         302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:lines_plannedoperation_cancel            302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:tariffs_rateimport_send            302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:tariffs_rateimport_confirm         302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:tariffs_rateimport_check_again     302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:tariffs_rateimport_abandon         302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:tariffs_tariff_import_file         302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:sims_simcard_declare               302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:sims_simcard_paste                 302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:sims_simcard_show_codes            302 200 403 200 403 403 403 200  302 200 403 200 403 403 403 200
admin:tariffs_tariff_simulate            302 200 200 200 200 403 200 200  302 405 405 405 405 405 405 405
admin:tariffs_tariff_export              302 200 200 403 200 403 403 200  302 405 405 405 405 405 405 405
admin:tariffs_tariff_compare             302 200 200 200 200 403 200 200  302 405 405 405 405 405 405 405
admin:tariffs_tariff_new_version         302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:tariffs_tariff_duplicate           302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:tariffs_tariff_rename              302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:tariffs_rate_change_price          302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:tariffs_rate_change_counting       302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:usage_cdrfile_back_out             302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:usage_cdrfile_load                 302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:usage_suspendedrecord_rate_pending 302 200 403 200 200 403 403 200  302 200 403 200 200 403 403 200
admin:billing_billingrun_generate        302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:billing_billingrun_recompute       302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:billing_billingrun_issue           302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:billing_billingrun_draw            302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:billing_billingrun_send_all        302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:billing_billingrun_download        302 200 403 403 200 200 403 200  302 200 403 403 200 200 403 200
admin:billing_invoice_remind             302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:billing_invoice_send               302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:billing_billingrun_export_recap    302 200 403 403 200 200 403 200  302 200 403 403 200 200 403 200
admin:documents_invoicelayout_current    302 302 403 403 302 302 302 302  302 405 405 405 405 405 405 405
admin:documents_invoicelayout_compare    302 200 403 403 200 403 200 200  302 405 405 405 405 405 405 405
admin:documents_invoicelayout_samples    302 200 403 403 200 403 200 200  302 405 405 405 405 405 405 405
admin:documents_invoicelayout_preview    302 200 403 403 200 403 200 200  302 422 403 403 403 403 403 422
admin:documents_invoicelayout_restore    302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:documents_invoicelayout_use_shipped 302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:documents_numberseries_next        302 200 403 403 403 403 403 200  302 405 405 405 405 405 405 405
admin:documents_numberseries_change_numbering 302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:documents_paymentterms_due         302 200 403 403 403 403 403 200  302 405 405 405 405 405 405 405
admin:documents_paymentterms_make_default 302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:documents_paymentmethod_preview    302 200 200 403 200 200 200 200  302 200 403 403 403 403 403 200
admin:messaging_delivery_html            302 200 403 200 200 403 403 200  302 405 405 405 405 405 405 405
admin:messaging_delivery_retry_failed    302 200 403 200 200 403 403 200  302 200 403 200 200 403 403 200
admin:messaging_delivery_resend          302 200 403 200 200 403 403 200  302 200 403 200 200 403 403 200
admin:messaging_delivery_cancel          302 200 403 403 200 403 403 200  302 200 403 403 200 403 403 200
admin:messaging_emailtemplate_switch     302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:messaging_emailtemplate_create     302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:messaging_emailtemplate_put_in_use 302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:messaging_emailtemplate_put_out_of_use 302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:messaging_emailtemplate_rename     302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:messaging_emailtemplate_restore    302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:messaging_emailtemplate_use_shipped 302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:messaging_emailtemplate_copies     302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:messaging_emailtemplate_attach     302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:messaging_emailtemplate_detach     302 200 403 403 403 403 403 200  302 200 403 403 403 403 403 200
admin:messaging_emailtemplate_compare    302 200 200 403 200 403 200 200  302 405 405 405 405 405 405 405
admin:messaging_emailtemplate_preview    302 200 200 403 200 403 200 200  302 200 403 403 403 403 403 200
admin:messaging_emailtemplate_samples    302 200 403 403 403 403 403 200  302 405 405 405 405 405 405 405
admin:messaging_emailtemplate_test       302 405 405 405 405 405 405 405  302 200 403 403 403 403 403 200
admin:messaging_emailtemplate_customise  302 405 405 405 405 405 405 405  302 302 403 403 403 403 403 302
"""

# What each may do with a model's pages: - nothing, v look, c look and change, a look, change and add. A model that
# no screen writes is looked at by all who may. Nobody deletes.
MODELS = """
# Model                                  adm com sup fac cpt lec all
accounts_signin                          v   -   -   -   -   -   v
accounts_user                            a   -   -   -   -   v   a
admin_logentry                           v   v   v   v   v   v   v
billing_billingrun                       v   -   -   v   v   v   v
billing_invoice                          v   v   -   v   v   v   v
catalog_handset                          a   v   v   v   -   v   a
catalog_offerimport                      v   -   -   -   -   v   v
catalog_option                           a   v   v   v   -   v   a
catalog_plan                             a   v   v   v   -   v   a
catalog_product                          a   v   v   v   -   v   a
customers_customer                       a   a   c   c   v   v   a
customers_customerimport                 v   v   -   -   -   v   v
documents_invoicelayout                  c   -   -   v   -   v   c
documents_legalrate                      a   -   -   v   v   v   a
documents_numberseries                   v   -   -   v   v   v   v
documents_paymentmethod                  c   v   -   v   v   v   c
documents_paymentterms                   a   v   -   v   v   v   a
lines_line                               v   v   v   v   -   v   v
lines_lineimport                         v   -   -   -   -   v   v
lines_plannedoperation                   v   v   v   v   -   v   v
lines_provisioningfile                   v   v   v   v   -   v   v
lines_provisioningrequest                v   v   v   v   -   v   v
messaging_delivery                       v   v   v   v   v   v   v
messaging_emailtemplate                  c   v   -   v   -   v   c
orders_operatorcode                      a   v   a   v   -   v   a
orders_portin                            v   v   v   v   -   v   v
sims_simcard                             v   v   v   -   -   v   v
sims_simimport                           v   -   v   -   -   v   v
tariffs_rate                             v   v   v   v   -   v   v
tariffs_rateimport                       v   -   -   v   -   v   v
tariffs_tariff                           v   v   v   v   -   v   v
usage_cdrfile                            v   -   v   v   -   v   v
usage_ratedrecord                        v   -   v   v   -   v   v
usage_suspendedrecord                    v   -   v   v   -   v   v
"""

# The pages of a model, after its name, for nobody signed in and for each of the letters above.
PAGES = """
# Page                                   GET                  POST
#                                        nob -   v   c   a    nob -   v   c   a
_changelist                              302 403 200 200 200  302 403 200 200 200
_add                                     302 403 403 403 200  302 403 403 403 200
_change                                  302 403 200 200 200  302 403 403 200 200
_delete                                  302 403 403 403 403  302 403 403 403 403
_history                                 302 403 200 200 200  302 405 405 405 405
_simple_history                          302 403 200 200 200  302 405 405 405 405
"""
LETTERS = "-vca"

# Django's former address of a page leads to the page, which then asks for the right.
FORMER_ADDRESS = "/<path:object_id>/"


def lines_of(text: str, figures: int) -> Iterator[tuple[str, list[str]]]:
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name, *said = line.split()
            assert len(said) == figures, f"{name}: {len(said)} figures instead of {figures}"
            yield name, said


@cache
def table() -> dict[str, list[str]]:
    """Every row: the answers to GET, then those to POST, in the order of PEOPLE."""
    known = list(lines_of(SITE + ORDERS, 2 * len(PEOPLE)))
    kinds = "n" + LETTERS
    for model, letters in lines_of(MODELS, len(PEOPLE) - 1):
        places = [kinds.index(letter) for letter in ["n", *letters]]
        for page, said in lines_of(PAGES, 2 * len(kinds)):
            get, post = said[: len(kinds)], said[len(kinds) :]
            known.append((f"admin:{model}{page}", [*(get[at] for at in places), *(post[at] for at in places)]))
    names = [name for name, _said in known]
    assert len(set(names)) == len(names), f"twice in the table: {sorted({n for n in names if names.count(n) > 1})}"
    return dict(known)


def expected(address: Address) -> list[str] | None:
    model = model_of(address)
    if not address.name and address.route.endswith(FORMER_ADDRESS) and model:
        known = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" in table()
        return ["302"] * (2 * len(PEOPLE)) if known else None
    return table().get(str(address))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> None:
    rows.make(1)
    # Drawing has tests of its own, and takes seconds.
    monkeypatch.setattr("apps.billing.services.invoice_pdf", lambda invoice: b"%PDF-1.7")
    monkeypatch.setattr("apps.documents.services.preview_layout", lambda **asked: b"%PDF-1.7")
    monkeypatch.setattr("apps.documents.services.checking.check_layout", lambda values, today: [])


def browser_of(who: str) -> Client:
    client = Client()
    if who == "nob":
        return client
    user: User = UserFactory(username=who, is_superuser=who == "all")
    if who in ROLES:
        user.groups.add(Group.objects.get(name=ROLES[who].value))
    client.force_login(user)
    return client


def answers(client: Client, address: Address) -> list[str]:
    """What is answered to GET and to an empty POST; nothing of it lasts."""
    given = []
    cookies = client.cookies.copy()
    for method in (client.get, client.post):
        with transaction.atomic():
            given.append(str(method(example(address)).status_code))
            transaction.set_rollback(True)
        client.cookies = cookies.copy()
    return given


def test_every_address_is_in_the_table() -> None:
    assert [str(address) for address in every_address() if expected(address) is None] == []


def test_the_table_holds_no_address_that_is_gone() -> None:
    live = {str(address) for address in every_address()}
    optional = {f"admin:{model}_simple_history" for model, _letters in lines_of(MODELS, len(PEOPLE) - 1)}
    assert table().keys() - live - optional == set()


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_gets_what_the_table_says(who: str) -> None:
    client, column = browser_of(who), PEOPLE.index(who)
    wrong = {}
    for address in every_address():
        row = expected(address)
        if row is None:
            continue  # refused above, once
        said, given = row[column :: len(PEOPLE)], answers(client, address)
        if given != said:
            wrong[str(address)] = f"the table says {said}, got {given}"
    assert wrong == {}
