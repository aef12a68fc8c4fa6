from django.urls import path

from .posts import views as posts

urlpatterns = [
    path("posts/", posts.posts, name="posts"),
    path("posts/new/", posts.new_post, name="new_post"),
]
