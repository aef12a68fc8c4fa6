from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "workflows.lists"
    label = "lists"
    verbose_name = "名单导入"
